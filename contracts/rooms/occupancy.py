"""Occupancy: guests move in and out, a room is cleared, and the census of occupied rooms."""

from datetime import date

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.assignments import RoomAction, RoomTaken
from contracts.rooms.hotels import WiFi


class RoomOccupiedReply(Data):
    """The room that the guest occupies, and the hotel's Wi-Fi for the guest's page."""

    room: RoomTaken
    wifi: WiFi


class MoveIn(RoomAction, Command[RoomOccupiedReply]):
    """Move the booking's guest into the assigned room.

    A repetition with the same `action_id` changes nothing. Refused `ROOM_NOT_READY` where the room is not ready.
    """


class MoveOut(RoomAction, Command[RoomTaken]):
    """Move the booking's guest out of the room, and release the nights from `left_on` (hotel-local) on.

    A repetition with the same `action_id` changes nothing.
    """

    left_on: date
    note: str = ""


class ClearRoom(RoomAction, Command[RoomTaken]):
    """Vacate a room that the booking occupies, without an ordinary check-out.

    A repetition with the same `action_id` changes nothing. `ended` means that the stay is over: the room and the nights
    from `left_on` on are released, or all nights where `left_on` is None. `unwritten` means that the bookings service
    has not stored this booking; such a command is refused `ACTION_IN_PROGRESS` within a minute after the guest moved
    in. Refused `ROOM_HAS_GUEST` where another booking's guest occupies the room, unless both `ended` and `force` are
    set.
    """

    room_number: str
    ended: bool
    left_on: date | None = None
    unwritten: bool = False
    force: bool = False
    note: str = ""


class RoomOccupancy(Data):
    """The occupancy of one room: the booking that occupies the room, and the bookings with a live stay in the room."""

    hotel: str
    room_number: str
    occupied_by: str | None
    claimed_by: tuple[str, ...] = ()


class Census(Data):
    """A page of the rooms of all hotels. `last` is the value of `after` for the next page; None on the last page."""

    rooms: tuple[RoomOccupancy, ...]
    last: int | None


class TakeCensus(Query[Census]):
    """Return the occupancy of the rooms with an id above `after`.

    Only for our own services: any other caller is refused `PERMISSION_DENIED`.
    """

    after: int = 0
    limit: int = 200
