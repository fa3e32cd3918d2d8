"""Retry of a failed refund by staff."""

from contracts.bookings.refunds import RetryRefund
from contracts.bookings.views import BookingDetail
from services.bookings.domain import refunds
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def retry_refund(command: RetryRefund, work: BookingsWork) -> BookingDetail:
    """Request the refund again; the payments service retries the refund on receiving the event."""
    booking = locked(work, command)
    events = refunds.retry(booking, by=work.caller.actor, now=work.now)
    return booking_detail(work, work.record(booking, events, by=work.caller.actor))
