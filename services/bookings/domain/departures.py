"""The warnings of a check-out: the amount that the guest owes, and the nights that the guest leaves early."""

from datetime import date, datetime

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import DepartureWarning
from contracts.values import Stay
from services.bookings.domain import balance, local_time
from services.bookings.domain.booking import Booking

BALANCE_DUE = "BALANCE_DUE"
LEAVES_EARLY = "LEAVES_EARLY"


def warnings(booking: Booking, *, now: datetime) -> tuple[DepartureWarning, ...]:
    """The warnings of a check-out now (UTC), of a guest who has left those of the check-out; else none."""
    leaves_on = _leaves_on(booking, now)
    if leaves_on is None:
        return ()
    due, nights = balance.owed(booking), tuple(Stay(leaves_on, booking.check_out))
    owes = () if due.is_zero else (DepartureWarning(code=BALANCE_DUE, amount=due),)
    return (*owes, DepartureWarning(code=LEAVES_EARLY, nights=nights)) if nights else owes


def _leaves_on(booking: Booking, now: datetime) -> date | None:
    """The hotel-local date of the departure; None for a booking without a guest in house or a completed stay."""
    if booking.status is BookingStatus.IN_HOUSE:
        return local_time.local_date(now, booking.timezone)
    if booking.status is BookingStatus.COMPLETED and booking.checked_out_at:
        return local_time.local_date(booking.checked_out_at, booking.timezone)
    return None
