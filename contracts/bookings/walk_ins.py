"""Walk-ins: guests without a booking."""

from dataclasses import dataclass
from datetime import date

from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.message import Command


@dataclass(frozen=True, kw_only=True)
class AddWalkIn(Command[CreatedBooking]):
    """Book, confirm without a card, assign the room and check in, all at once.

    `check_in` is today (None), or yesterday until the hotel's late-arrival cutoff; `check_out` None is one night.
    An `If-Match` is about the room. Refused with 422 codes for the stay, and `ROOM_NOT_FOUND`,
    `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`, `ROOM_NOT_READY`, `SOLD_OUT`.
    """

    hotel: str
    room_number: str
    guest: GuestDetails
    check_in: date | None = None
    check_out: date | None = None
    adults: int = 1
    children: int = 0
    special_requests: str = ""
