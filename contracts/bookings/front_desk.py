"""What the front desk asks of bookings beyond one booking's ordinary way: moves, walk-ins, many check-outs at once."""

from dataclasses import dataclass
from datetime import date

from contracts.bookings.asks import BookingCommand
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.message import Command


@dataclass(frozen=True, kw_only=True)
class MoveRoom(BookingCommand):
    """The guest in house goes to another room, ready and free for the rest of the stay.

    Refused `NOT_CHECKED_IN`, `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`.
    """

    to_room_number: str
    reason: str = ""
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class AddWalkIn(Command[CreatedBooking]):
    """Somebody stands at the desk: a confirmed booking without a card, this room, and the guest in it, in one go.

    It begins today (None), or until the hotel's late-arrival cutoff still yesterday; None for `check_out` is one night.
    An `If-Match` is about the room. Refused as a stay is (422), and `ROOM_NOT_FOUND`,
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
