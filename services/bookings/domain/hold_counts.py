"""Caps of unpaid holds: the counters of a hotel on which a guest's hold counts until the guest has paid.

Staff's bookings, bookings with a total of zero, and the second payment after a failed capture do not count.
"""

from chassis.refusal import Refusal
from contracts.bookings.asks import HoldCaps
from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.values import Stay
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind


class HoldCount(Data):
    """A counter of one hotel: the unpaid holds of one e-mail address or one network address, and their room-nights.

    `name` contains a keyed hash and no address. `most_nights` None sets no limit.
    """

    name: str
    most_holds: int
    most_nights: int | None = None


def counters(caps: HoldCaps | None, *, email_hash: str) -> tuple[HoldCount, ...]:
    """The counters on which a guest's hold counts; none without caps."""
    if caps is None:
        return ()
    return (
        HoldCount(name=f"email/{email_hash}", most_holds=caps.email_holds, most_nights=caps.email_nights),
        HoldCount(name=f"address/{caps.address}", most_holds=caps.address_holds),
    )


def names(counted_by: tuple[HoldCount, ...]) -> tuple[str, ...]:
    """The names of the counters."""
    return tuple(counter.name for counter in counted_by)


def still_counted(booking: Booking) -> Booking:
    """The booking, with its counters only while its hold is unpaid or a draft is being submitted."""
    submitting = booking.pending is not None and booking.pending.kind is ActionKind.SUBMIT
    if submitting or booking.status is BookingStatus.PENDING_PAYMENT:
        return booking
    return booking.without_counters


def counted_nights(booking: Booking) -> int:
    """The room-nights of the booking's hold on its counters: while the stay changes, those of the longer stay."""
    change = booking.pending.change if booking.pending else None
    if change is None:
        return booking.stay.nights
    return max(booking.stay.nights, Stay(change.stay.check_in, change.stay.check_out).nights)


def too_many_holds() -> Refusal:
    """The refusal `TOO_MANY_HOLDS`: the guest has as many unpaid holds at the hotel as one guest may have."""
    return Refusal("TOO_MANY_HOLDS", "There are too many unpaid bookings; pay or cancel one of them first.")
