"""Bulk check-out: many rooms at once."""

from contracts.data import Data
from contracts.message import Command


class RoomFailed(Data):
    """A room that was not vacated, and the code of the refusal."""

    room_number: str
    code: str


class RoomsCheckedOut(Data):
    """The result for each room: a booking checked out, an occupancy without a stay cleared, or a failure."""

    hotel: str
    processed: int
    checked_out_bookings: tuple[str, ...]
    rooms_cleared: tuple[str, ...]
    failed: tuple[RoomFailed, ...]
    destructive: bool


class CheckOutRooms(Command[RoomsCheckedOut]):
    """Check out the bookings in house in these rooms, and clear occupancies without a stay.

    An integer in `rooms` is a room id, a text is a room number; at most 100 are allowed. Each room succeeds or fails
    separately; future and ended bookings do not change. `destructive` needs `is_superuser` and also ends a stay whose
    check-out the rooms service refuses. `reason` goes into the audit trails of booking and room.
    """

    hotel: str
    rooms: tuple[int | str, ...]
    destructive: bool = False
    reason: str = ""
