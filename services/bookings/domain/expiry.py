"""Expiry of bookings that miss the deadline of their draft, hold or approval."""

from collections.abc import Sequence
from datetime import datetime

from contracts.bookings.events import BookingEvent, BookingExpired
from contracts.bookings.status import BookingStatus, ExpiryReason
from services.bookings.domain import deadlines
from services.bookings.domain.booking import Booking

REASONS = {
    BookingStatus.DRAFT: ExpiryReason.DRAFT_ABANDONED,
    BookingStatus.PENDING_PAYMENT: ExpiryReason.HOLD_RAN_OUT,
    BookingStatus.PENDING_APPROVAL: ExpiryReason.APPROVAL_TIMEOUT,
}


def expire(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """The expiry; no events before the deadline, or where the booking's status does not expire."""
    ends_at = deadlines.expires_at(booking)
    if ends_at is None or now < ends_at or booking.status not in REASONS:
        return ()
    return (BookingExpired(booking_id=booking.id, hotel=booking.hotel, reason=REASONS[booking.status], expired_at=now),)
