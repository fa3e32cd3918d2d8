"""Which bookings can be cancelled, who may override a rule, and the retry of a refund that failed."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.refunds import BookingRefundRetried
from contracts.bookings.status import BookingStatus
from contracts.values import Actor, Caller, Permission
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF, LIFECYCLE


def can_cancel(booking: Booking, *, as_guest: bool = False) -> bool:
    """Whether the booking can be cancelled now. With `as_guest`, a stay in house cannot be cancelled."""
    awaits_capture = booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is not None
    lives_here = as_guest and booking.status is BookingStatus.IN_HOUSE
    return LIFECYCLE.allows(booking.status, BookingCancelled) and not awaits_capture and not lives_here


def require_override(reason: str, caller: Caller) -> None:
    """Admit only staff who have `can_override` and give a reason. Refused `PERMISSION_DENIED`, `NOTE_REQUIRED`."""
    if caller.kind != "staff" or not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "This needs can_override.")
    if not reason.strip():
        raise Refusal("NOTE_REQUIRED", "Say why.")


def retry_refund(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingRefundRetried`, or no event while a refund is pending. Refused `NO_FAILED_REFUND`."""
    if booking.status in CALLED_OFF and booking.refund_status == "PENDING":
        return ()
    if booking.status not in CALLED_OFF or booking.refund_status != "FAILED":
        raise Refusal("NO_FAILED_REFUND", "No refund of this booking has failed.")
    return (BookingRefundRetried(**booking.about, retried_at=now, retried_by=by),)
