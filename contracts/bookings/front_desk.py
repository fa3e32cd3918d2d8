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


@dataclass(frozen=True, kw_only=True)
class RoomFailed:
    """A room in which something was not to be done, and the code of the refusal."""

    room_number: str
    code: str


@dataclass(frozen=True, kw_only=True)
class RoomsCheckedOut:
    """What became of each room: its booking checked out, cleared of whom nobody knows, or neither."""

    hotel: str
    processed: int
    checked_out_bookings: tuple[str, ...]
    rooms_cleared: tuple[str, ...]
    failed: tuple[RoomFailed, ...]
    destructive: bool


@dataclass(frozen=True, kw_only=True)
class CheckOutRooms(Command[RoomsCheckedOut]):
    """Check out whoever is in house in these rooms, and clear those left occupied without a booking in house.

    In `rooms` a number is a room's id, a text its number; at most 100. Each room succeeds or fails on its own; future
    and ended bookings are never touched. `destructive` needs `is_superuser`: it also ends a stay whose check-out rooms
    refuses. `reason` goes into the trails of booking and room.
    """

    hotel: str
    rooms: tuple[int | str, ...]
    destructive: bool = False
    reason: str = ""
