"""Approval, decline and confirmation by staff: one transaction each; a repeated command changes nothing."""

from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.views import BookingDetail
from services.bookings.domain import approval
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def approve_booking(command: ApproveBooking, work: BookingsWork) -> BookingDetail:
    """Approve the booking; the payments service captures the authorised amount on receiving the event."""
    booking = locked(work, command)
    events = approval.approve(booking, by=work.caller.actor, now=work.now)
    return booking_detail(work, work.record(booking, events, by=work.caller.actor))


def decline_booking(command: DeclineBooking, work: BookingsWork) -> BookingDetail:
    """Decline the booking; the payments service voids the authorisation on receiving the event."""
    booking = locked(work, command)
    events = approval.decline(booking, command, by=work.caller.actor, now=work.now)
    note = command.reason_note
    return booking_detail(work, work.record(booking, events, by=work.caller.actor, why=note, reason_note=note or None))


def confirm_booking(command: ConfirmBooking, work: BookingsWork) -> BookingDetail:
    """Confirm the booking without a card payment."""
    booking = locked(work, command)
    events = approval.confirm(booking, by=work.caller.actor, now=work.now)
    if events:
        pending_actions.require_none(booking)
    return booking_detail(work, work.record(booking, events, by=work.caller.actor))
