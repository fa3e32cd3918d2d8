"""A refund that failed, and is to be tried again."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings import BookingEvent, BookingRefundRetried
from contracts.values import Actor
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF


def retry(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Ask for it anew, unless that is under way. Refused `NO_FAILED_REFUND`.

    Only of a booking that was called off: of any other, nothing is to be given back.
    """
    if booking.status in CALLED_OFF and booking.refund_status == "PENDING":
        return ()
    if booking.status not in CALLED_OFF or booking.refund_status != "FAILED":
        raise Refusal("NO_FAILED_REFUND", "No refund of this booking has failed.")
    return (BookingRefundRetried(booking_id=booking.id, hotel=booking.hotel, retried_at=now, retried_by=by),)
