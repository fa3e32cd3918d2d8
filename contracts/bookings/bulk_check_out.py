"""Bulk check-out: many rooms at once."""

from contracts.data import Data
from contracts.message import Command


class RoomFailed(Data):
    """A room that was not vacated, and the code of the refusal."""

    room_number: str
    code: str


class RoomsCheckedOut(Data):
    """The checked-out bookings, the cleared rooms that were occupied without a stay, and the rooms that failed."""

    hotel: str
    processed: int
    checked_out_bookings: tuple[str, ...]
    rooms_cleared: tuple[str, ...]
    failed: tuple[RoomFailed, ...]
    destructive: bool


class CheckOutRooms(Command[RoomsCheckedOut]):
    """Check out the guests in these rooms, and clear the rooms that are occupied without a stay.

    `rooms` has at most 100 entries: an integer is a room id, a text is a room number. Each room succeeds or fails
    separately; future and ended bookings do not change. A room that failed with `SERVICE_UNAVAILABLE` may still be
    vacated soon; a request with a key fails as a whole instead, to be repeated.

    `destructive` also ends stays whose check-out the rooms service refuses; `destructive` needs `is_superuser`.
    `reason` goes into the audit trails of booking and room.
    """

    hotel: str
    rooms: tuple[int | str, ...]
    destructive: bool = False
    reason: str = ""
