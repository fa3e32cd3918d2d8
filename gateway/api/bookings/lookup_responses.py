"""What a lookup tells: a booking as its guest sees it, or in brief, or nothing."""

from dataclasses import dataclass
from datetime import date

from contracts import bookings
from gateway.api.bookings.guest_responses import GuestBooking, guest_booking


@dataclass(frozen=True, kw_only=True)
class BookingInBrief:
    """What a confirmation number alone tells."""

    confirmation_number: str
    hotel: str
    hotel_name: str
    status: str
    check_in: date
    check_out: date


@dataclass(frozen=True, kw_only=True)
class FoundBookings:
    """What was found, newest first. By e-mail alone it is always empty: the links are mailed, if there are any."""

    bookings: tuple[GuestBooking | BookingInBrief, ...]


def found_bookings(found: bookings.FoundBookings) -> FoundBookings:
    """What was found."""
    whole = tuple(guest_booking(booking, None) for booking in found.whole)
    return FoundBookings(bookings=whole or tuple(BookingInBrief(**vars(brief)) for brief in found.brief))
