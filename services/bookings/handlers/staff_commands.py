"""Commands of staff about one booking, each handled in one transaction."""

from collections.abc import Sequence
from typing import Any

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.events import BookingEvent
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import BookingDetail
from services.bookings.domain import amendments, approval, balance, cancellation, no_shows
from services.bookings.domain.booking import Booking
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def approve_booking(command: ApproveBooking, work: BookingsWork) -> BookingDetail:
    """Approve the booking; the payments service captures the authorised amount when it receives the event."""
    booking = locked(work, command)
    return _record(work, booking, approval.approve(booking, by=work.caller.actor, now=work.now))


def decline_booking(command: DeclineBooking, work: BookingsWork) -> BookingDetail:
    """Decline the booking; the payments service voids the authorisation when it receives the event."""
    booking = locked(work, command)
    events = approval.decline(booking, command, by=work.caller.actor, now=work.now)
    return _record(work, booking, events, why=command.reason_note, reason_note=command.reason_note or None)


def confirm_booking(command: ConfirmBooking, work: BookingsWork) -> BookingDetail:
    """Confirm the booking without a card payment."""
    booking = locked(work, command)
    return _record_alone(work, booking, approval.confirm(booking, by=work.caller.actor, now=work.now))


def retry_refund(command: RetryRefund, work: BookingsWork) -> BookingDetail:
    """Request the refund again; the payments service retries the refund when it receives the event."""
    booking = locked(work, command)
    return _record(work, booking, cancellation.retry_refund(booking, by=work.caller.actor, now=work.now))


def mark_no_show(command: MarkNoShow, work: BookingsWork) -> BookingDetail:
    """Mark the guest as a no-show; the payments and rooms services react to the event."""
    booking = locked(work, command)
    events = no_shows.mark(booking, command, caller=work.caller, now=work.now)
    return _record_alone(work, booking, events, why=command.reason)


def settle_balance(command: SettleBalance, work: BookingsWork) -> BookingDetail:
    """Record a payment at the desk. Refused `VALIDATION_ERROR`, `ILLEGAL_TRANSITION`."""
    booking = locked(work, command)
    events = balance.settle(booking, command, by=work.caller.actor, now=work.now)
    return _record_alone(work, booking, events, why=command.note)


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes and contact; the event has the names of the changed fields, never their values."""
    booking = locked(work, command)
    amendment = amendments.amend(booking, command, by=work.caller.actor)
    if amendment is None:
        return booking_detail(work, booking)
    return _record(work, booking, (amendment.event,), **amendment.changes)


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Store when staff first saw the booking. The version does not change, so that every `If-Match` stays valid."""
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return booking_detail(work, booking)


def _record(
    work: BookingsWork, booking: Booking, events: Sequence[BookingEvent], *, why: str = "", **private: Any
) -> BookingDetail:
    return booking_detail(work, work.record(booking, events, by=work.caller.actor, why=why, **private))


def _record_alone(
    work: BookingsWork, booking: Booking, events: Sequence[BookingEvent], *, why: str = ""
) -> BookingDetail:
    """Record the events. Refused `ACTION_IN_PROGRESS` while the booking has a pending action."""
    if events:
        pending_actions.require_none(booking)
    return _record(work, booking, events, why=why)
