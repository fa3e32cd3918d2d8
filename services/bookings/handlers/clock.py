"""What happens because time has passed."""

from contracts.values import SYSTEM
from services.bookings.domain import calling_off
from services.bookings.work import BookingsWork


def expire_overdue(work: BookingsWork) -> bool:
    """Expire one draft, hold or approval whose time has run out."""
    booking = work.bookings.lock_due(work.now)
    if booking is None:
        return False
    work.record(booking, calling_off.expire(booking, now=work.now), by=SYSTEM)
    return True
