"""Retry of a failed refund."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.events import BookingEvent
from contracts.bookings.refunds import BookingRefundRetried
from contracts.values import Actor
from services.bookings.domain import money_due
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF


def retry(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingRefundRetried`, or no event while a refund is pending. Refused `NO_FAILED_REFUND`.

    Of a booking that was not called off, what is due is the refund of a change, not one made on the provider's pages.
    """
    due = booking.status in CALLED_OFF or not money_due.refund_promised(booking).is_zero
    if due and booking.refund_status == "PENDING":
        return ()
    if not due or booking.refund_status != "FAILED":
        raise Refusal("NO_FAILED_REFUND", "No refund of this booking has failed.")
    return (BookingRefundRetried(**booking.about, retried_at=now, retried_by=by),)
