"""Booking lookup by e-mail address or confirmation number, without disclosing which bookings exist."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.message import Command, Event
from contracts.values import HotelCard


@dataclass(frozen=True, kw_only=True)
class LookupRequested(Event):
    """A lookup mail for one hotel was requested. The address is not in the event."""

    lookup_id: str
    hotel: str
    requested_at: datetime

    @property
    def subject(self) -> str:
        return f"lookup/{self.lookup_id}"


@dataclass(frozen=True, kw_only=True)
class BookingInBrief:
    """The view for a confirmation number alone, without personal data."""

    confirmation_number: str
    hotel: str
    hotel_name: str
    status: BookingStatus
    check_in: date
    check_out: date


@dataclass(frozen=True, kw_only=True)
class FoundBookings:
    """The result: `whole` where address and number match, `brief` by the number alone."""

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
    """The contents and recipient of a lookup mail."""

    recipient: str
    hotel_card: HotelCard
    bookings: tuple[LinkedBooking, ...]


@dataclass(frozen=True, kw_only=True)
class LookUpBookings(Command[FoundBookings]):
    """Find bookings by address and number, or by number. By address alone the reply is empty; links may be mailed."""

    email: str = ""
    confirmation_number: str = ""


@dataclass(frozen=True, kw_only=True)
class GetLookupLetter(Command[LookupLetter]):
    """The contents of a lookup mail, with new codes for its links. Refused `LOOKUP_NOT_FOUND`."""

    lookup_id: str
