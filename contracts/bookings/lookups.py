"""Lookups: a guest finds a booking by e-mail or number, and nobody else learns that the booking exists."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.message import Command, Event
from contracts.values import HotelCard


@dataclass(frozen=True, kw_only=True)
class LookupRequested(Event):
    """A mail with links to a guest's bookings was requested. The notifier asks for the address when it sends."""

    lookup_id: str
    hotel: str
    requested_at: datetime

    @property
    def subject(self) -> str:
        return f"lookup/{self.lookup_id}"


@dataclass(frozen=True, kw_only=True)
class BookingInBrief:
    """The answer to a confirmation number alone: no personal data."""

    confirmation_number: str
    hotel: str
    hotel_name: str
    status: BookingStatus
    check_in: date
    check_out: date


@dataclass(frozen=True, kw_only=True)
class FoundBookings:
    """The result: `whole` where e-mail and number match, `brief` for the number alone."""

    whole: tuple[BookingDetail, ...] = ()
    brief: tuple[BookingInBrief, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LinkedBooking:
    """A booking in a lookup mail, with the one-time code of its link."""

    booking_id: str
    confirmation_number: str
    room_type_name: str
    check_in: date
    check_out: date
    status: BookingStatus
    access_code: str


@dataclass(frozen=True, kw_only=True)
class LookupLetter:
    """Content and recipient of a lookup's mail."""

    recipient: str
    hotel_card: HotelCard
    bookings: tuple[LinkedBooking, ...]


@dataclass(frozen=True, kw_only=True)
class LookUpBookings(Command[FoundBookings]):
    """Find bookings by e-mail and number, or by number. An e-mail alone returns nothing; a link may be mailed."""

    email: str = ""
    confirmation_number: str = ""


@dataclass(frozen=True, kw_only=True)
class GetLookupLetter(Command[LookupLetter]):
    """Return the content of a lookup's mail, with new one-time codes for its links. Refused `LOOKUP_NOT_FOUND`."""

    lookup_id: str
