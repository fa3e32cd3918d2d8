"""Which bookings can be cancelled, and who may override a rule."""

from chassis.refusal import Refusal
from chassis.text import is_visible
from contracts.bookings.events import BookingCancelled
from contracts.bookings.status import BookingStatus
from contracts.values import Caller, Permission
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import LIFECYCLE


def can_cancel(booking: Booking, *, as_guest: bool = False) -> bool:
    """Whether the booking can be cancelled now. With `as_guest`, a stay in house cannot be cancelled."""
    awaits_capture = booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is not None
    lives_here = as_guest and booking.status is BookingStatus.IN_HOUSE
    return LIFECYCLE.allows(booking.status, BookingCancelled) and not awaits_capture and not lives_here


def require_override(reason: str, caller: Caller) -> None:
    """Admit only staff who have `can_override` and give a reason. Refused `PERMISSION_DENIED`, `NOTE_REQUIRED`."""
    if caller.kind != "staff" or not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "This needs can_override.")
    if not is_visible(reason):
        raise Refusal("NOTE_REQUIRED", "Say why.")
