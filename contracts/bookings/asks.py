"""Commands on a booking: create, submit, cancel."""

from dataclasses import dataclass
from datetime import date

from contracts.bookings.status import BookingSource
from contracts.bookings.views import BookingDetail, CreatedBooking, GuestDetails
from contracts.message import Command


@dataclass(frozen=True, kw_only=True)
class BookingCommand(Command[BookingDetail], abstract=True):
    """A command to one booking of one hotel. The reply is the booking after the command."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class CreateBooking(Command[CreatedBooking]):
    """Create a booking: held at once, or stored as a draft. Refused `SOLD_OUT`, and 422 codes for the stay.

    `room_type` is a code or a name. `payment` is `card` or, for staff only, `none`: confirmed without one.
    """

    hotel: str
    room_type: str
    check_in: date
    check_out: date
    adults: int
    children: int
    guest: GuestDetails
    special_requests: str = ""
    promo_code: str | None = None
    quote_id: str | None = None
    draft: bool = False
    source: BookingSource = BookingSource.ONLINE
    payment: str = "card"


@dataclass(frozen=True, kw_only=True)
class SubmitBooking(BookingCommand):
    """Hold a draft's nights. Refused `SOLD_OUT`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""


@dataclass(frozen=True, kw_only=True)
class CancelBooking(BookingCommand):
    """Cancel. Refused `DECISION_MADE`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION`.

    A waiver needs `can_override` (`PERMISSION_DENIED`) and a reason (`NOTE_REQUIRED`); so does a cancellation in house.
    """

    reason: str = ""
    waive_fee: bool = False
