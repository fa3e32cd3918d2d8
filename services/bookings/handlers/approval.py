"""Approval, decline and confirmation by staff. A repeated command changes nothing."""

from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.views import BookingDetail
from services.bookings.domain import approval
from services.bookings.steps.booking_access import locked
from services.bookings.steps.pending_actions import record_alone
from services.bookings.work import BookingsWork


def approve_booking(command: ApproveBooking, work: BookingsWork) -> BookingDetail:
    """Approve the booking; the payments service captures the authorised amount when it receives the event."""
    booking = locked(work, command)
    return record_alone(work, booking, approval.approve(booking, by=work.caller.actor, now=work.now))


def decline_booking(command: DeclineBooking, work: BookingsWork) -> BookingDetail:
    """Decline the booking; the payments service voids the authorisation when it receives the event."""
    booking = locked(work, command)
    events = approval.decline(booking, command, by=work.caller.actor, now=work.now)
    return record_alone(work, booking, events, remark=command.reason_note, reason_note=command.reason_note or None)


def confirm_booking(command: ConfirmBooking, work: BookingsWork) -> BookingDetail:
    """Confirm the booking without a card payment."""
    booking = locked(work, command)
    return record_alone(work, booking, approval.confirm(booking, by=work.caller.actor, now=work.now))
