"""Which bookings a room may be assigned to."""

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from services.bookings.domain.booking import Booking


def require_assignable(booking: Booking) -> None:
    """Admit only confirmed bookings.

    Refused `BOOKING_ALREADY_CHECKED_IN` for a guest in house, `BOOKING_STATUS_NOT_ASSIGNABLE` for any other status.
    """
    if booking.status is BookingStatus.IN_HOUSE:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest is in house: move them instead.")
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")
