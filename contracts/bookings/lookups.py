"""Finding a booking again by what its guest remembers, without telling anyone else that it is there."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.bookings.events import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.message import Command, Event
from contracts.values import HotelCard


@dataclass(frozen=True, kw_only=True)
class LookupRequested(Event):
    """Somebody asked by e-mail for their bookings at a hotel. Whose address that is, is asked for when it is mailed."""

    lookup_id: str
    hotel: str
    requested_at: datetime

    @property
    def subject(self) -> str:
        return f"lookup/{self.lookup_id}"


@dataclass(frozen=True, kw_only=True)
class BookingInBrief:
    """What a confirmation number alone tells: nobody's data."""

    confirmation_number: str
    hotel: str
    hotel_name: str
    status: BookingStatus
    check_in: date
    check_out: date


@dataclass(frozen=True, kw_only=True)
class FoundBookings:
    """What was found: `whole` where e-mail and number fit together, `brief` by the number alone."""

    whole: tuple[BookingDetail, ...] = ()
    brief: tuple[BookingInBrief, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LinkedBooking:
    """A booking in a lookup's mail, and the one-time code of its link."""

    booking_id: str
    confirmation_number: str
    room_type_name: str
    check_in: date
    check_out: date
    status: BookingStatus
    access_code: str


@dataclass(frozen=True, kw_only=True)
class LookupLetter:
    """What a lookup's mail says, and whom to."""

    recipient: str
    hotel_card: HotelCard
    bookings: tuple[LinkedBooking, ...]


@dataclass(frozen=True, kw_only=True)
class LookUpBookings(Command[FoundBookings]):
    """Find bookings by e-mail and number, or by number. By e-mail alone nothing is ever told: a link may be mailed."""

    email: str = ""
    confirmation_number: str = ""


@dataclass(frozen=True, kw_only=True)
class GetLookupLetter(Command[LookupLetter]):
    """What a lookup's mail says, its links' codes made now. Refused `LOOKUP_NOT_FOUND`."""

    lookup_id: str
