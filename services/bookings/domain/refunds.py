"""Retry of a failed refund."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.events import BookingEvent
from contracts.bookings.refunds import BookingRefundRetried
from contracts.values import Actor
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF


def retry(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingRefundRetried`, or no event while a refund is pending. Refused `NO_FAILED_REFUND`."""
    if booking.status in CALLED_OFF and booking.refund_status == "PENDING":
        return ()
    if booking.status not in CALLED_OFF or booking.refund_status != "FAILED":
        raise Refusal("NO_FAILED_REFUND", "No refund of this booking has failed.")
    return (BookingRefundRetried(**booking.about, retried_at=now, retried_by=by),)
