"""A stay that is called off while the guest is in house: recorded once rooms has taken the room back."""

from collections.abc import Sequence

from contracts.bookings import BookingCancelled, BookingEvent
from services.bookings.domain import cancellation
from services.bookings.domain.booking import Booking, PendingAction


def cut_short(booking: Booking, action: PendingAction) -> Sequence[BookingEvent]:
    """The guest has left; settled as of when it was decided, however much later it is recorded."""
    money = cancellation.settle(booking, action.started_at, waived=action.waive_fee)
    return (
        BookingCancelled(
            booking_id=booking.id,
            hotel=booking.hotel,
            cancelled_at=action.started_at,
            cancelled_by=action.by,
            fee=money.fee,
            refund=money.refund,
            released_from=action.left_on,
        ),
    )
