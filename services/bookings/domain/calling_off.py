"""A booking that comes to nothing: cancelled by guest or staff, or run out of time."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings import (
    BookingCancelled,
    BookingEvent,
    BookingExpired,
    BookingStatus,
    CancelBooking,
    ExpiryReason,
)
from contracts.values import Caller, Permission
from services.bookings.domain import cancellation, deadlines
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import ENDED, LIFECYCLE

REASONS = {
    BookingStatus.DRAFT: ExpiryReason.DRAFT_ABANDONED,
    BookingStatus.PENDING_PAYMENT: ExpiryReason.HOLD_RAN_OUT,
    BookingStatus.PENDING_APPROVAL: ExpiryReason.APPROVAL_TIMEOUT,
}


def can_cancel(booking: Booking) -> bool:
    """Whether it could be called off now."""
    awaits_capture = booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is not None
    return LIFECYCLE.allows(booking.status, BookingCancelled) and not awaits_capture


def cancel(booking: Booking, command: CancelBooking, *, caller: Caller, now: datetime) -> Sequence[BookingEvent]:
    """Call it off at the policy's price. Refused `DECISION_MADE`, `BOOKING_ENDED`, and a waiver as `_waiver` says."""
    if booking.status is BookingStatus.CANCELLED:
        return ()
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if not can_cancel(booking):
        if booking.status is BookingStatus.PENDING_APPROVAL:
            raise Refusal("DECISION_MADE", "This booking has been approved; the payment is being taken.")
        raise Refusal("ILLEGAL_TRANSITION", "A guest in house cannot be cancelled this way.")
    if command.waive_fee:
        _waiver(command, caller)
    money = cancellation.settle(booking, now, waived=command.waive_fee)
    return (
        BookingCancelled(
            booking_id=booking.id,
            hotel=booking.hotel,
            cancelled_at=now,
            cancelled_by=caller.actor,
            fee=money.fee,
            refund=money.refund,
        ),
    )


def _waiver(command: CancelBooking, caller: Caller) -> None:
    if caller.kind != "staff" or not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "Waiving a fee needs can_override.")
    if not command.reason.strip():
        raise Refusal("NOTE_REQUIRED", "Say why the fee is waived.")


def expire(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """What the clock says about a booking that is due; nothing where it is not, or no longer."""
    due = deadlines.due_at(booking)
    if due is None or now < due or booking.status not in REASONS:
        return ()
    return (BookingExpired(booking_id=booking.id, hotel=booking.hotel, reason=REASONS[booking.status], expired_at=now),)
