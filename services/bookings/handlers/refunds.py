"""Retry of a failed refund by staff."""

from contracts.bookings.refunds import RetryRefund
from contracts.bookings.views import BookingDetail
from services.bookings.domain import refunds
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import record
from services.bookings.work import BookingsWork


def retry_refund(command: RetryRefund, work: BookingsWork) -> BookingDetail:
    """Request the refund again; the payments service retries the refund when it receives the event."""
    booking = locked(work, command)
    return record(work, booking, refunds.retry(booking, by=work.caller.actor, now=work.now))
