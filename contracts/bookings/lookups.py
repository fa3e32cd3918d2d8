"""Lookups: a guest finds a booking by e-mail or number, without revealing to others that the booking exists."""

from datetime import date, datetime

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.data import Data
from contracts.message import Command, Event
from contracts.values import HotelCard


class LookupRequested(Event):
    """A mail with links to a guest's bookings was requested. The notifier asks for the address."""

    lookup_id: str
    hotel: str
    requested_at: datetime

    @property
    def subject(self) -> str:
        return f"lookup/{self.lookup_id}"


class BookingInBrief(Data):
    """The reply to a lookup by confirmation number alone; no personal data."""

    confirmation_number: str
    hotel: str
    hotel_name: str
    status: BookingStatus
    check_in: date
    check_out: date


class FoundBookings(Data):
    """The result of a lookup. `whole` is set where e-mail and number match, `brief` where only a number was given."""

    whole: tuple[BookingDetail, ...] = ()
    brief: tuple[BookingInBrief, ...] = ()


class LinkedBooking(Data):
    """A booking in a lookup mail, with the one-time code of its link."""

    booking_id: str
    confirmation_number: str
    room_type_name: str
    check_in: date
    check_out: date
    status: BookingStatus
    access_code: str


class LookupLetter(Data):
    """The content and the recipient of a lookup mail."""

    recipient: str
    hotel_card: HotelCard
    bookings: tuple[LinkedBooking, ...]


class LookUpBookings(Command[FoundBookings]):
    """Find bookings by e-mail address, by confirmation number, or by both.

    A lookup by e-mail address alone returns no booking; where bookings exist, a mail with links is sent, at most
    one per hotel in ten minutes.
    """

    email: str = ""
    confirmation_number: str = ""


class GetLookupLetter(Command[LookupLetter]):
    """Return the content of a lookup mail, with new one-time codes for the links. Refused `LOOKUP_NOT_FOUND`."""

    lookup_id: str
    hotel: str = ""
