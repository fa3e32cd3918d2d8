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


def can_cancel(booking: Booking, *, as_guest: bool = False) -> bool:
    """Whether it could be called off now; who is in house only by staff."""
    awaits_capture = booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is not None
    lives_here = as_guest and booking.status is BookingStatus.IN_HOUSE
    return LIFECYCLE.allows(booking.status, BookingCancelled) and not awaits_capture and not lives_here


def may_cancel(booking: Booking, command: CancelBooking, *, caller: Caller) -> bool:
    """Whether it is to be called off; False where it has been.

    Refused `DECISION_MADE`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION` for a guest in house, and as `check_override` says.
    """
    if booking.status is BookingStatus.CANCELLED:
        return False
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if not can_cancel(booking, as_guest=caller.kind != "staff"):
        if booking.status is BookingStatus.PENDING_APPROVAL:
            raise Refusal("DECISION_MADE", "This booking has been approved; the payment is being taken.")
        raise Refusal("ILLEGAL_TRANSITION", "Who is in house is called off by the hotel's staff only.")
    if command.waive_fee or booking.status is BookingStatus.IN_HOUSE:
        check_override(command.reason, caller)
    return True


def check_override(reason: str, caller: Caller) -> None:
    """Waiving a fee, and calling off who is in house, is for those who may, and not without saying why.

    Refused `PERMISSION_DENIED`, `NOTE_REQUIRED`.
    """
    if caller.kind != "staff" or not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "This needs can_override.")
    if not reason.strip():
        raise Refusal("NOTE_REQUIRED", "Say why.")


def cancel(booking: Booking, command: CancelBooking, *, caller: Caller, now: datetime) -> Sequence[BookingEvent]:
    """Call it off before the stay, at the policy's price. Nothing to do where it was; refused as `may_cancel` says."""
    if not may_cancel(booking, command, caller=caller):
        return ()
    money = cancellation.settle(booking, now, waived=command.waive_fee)
    return (
        BookingCancelled(
            booking_id=booking.id,
            hotel=booking.hotel,
            cancelled_at=now,
            cancelled_by=caller.actor,
            fee=money.fee,
            refund=money.refund,
            besides=booking.besides or None,
        ),
    )


def expire(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """What the clock says about a booking whose time has run out; nothing where it has not, or no longer matters."""
    ends_at = deadlines.runs_out_at(booking)
    if ends_at is None or now < ends_at or booking.status not in REASONS:
        return ()
    return (BookingExpired(booking_id=booking.id, hotel=booking.hotel, reason=REASONS[booking.status], expired_at=now),)
