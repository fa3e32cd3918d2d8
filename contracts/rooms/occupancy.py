"""Occupancy: guests move in and out, a room is cleared, and the census of occupied rooms."""

from datetime import date

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.hotels import WiFi


class RoomOccupiedReply(Data):
    """The room that the guest occupies, and the hotel's Wi-Fi for the guest's page."""

    room: RoomTaken
    wifi: WiFi


class MoveIn(Command[RoomOccupiedReply]):
    """Move the booking's guest into the assigned room. Idempotent by `action_id`.

    Refused `ROOM_NOT_READY` where the room is not ready.
    """

    action_id: str
    booking_id: str
    hotel: str


class MoveOut(Command[RoomTaken]):
    """Move the booking's guest out of the room, and release the nights from `left_on` (hotel-local) on.

    Idempotent by `action_id`.
    """

    action_id: str
    booking_id: str
    hotel: str
    left_on: date
    note: str = ""


class ClearRoom(Command[RoomTaken]):
    """End the booking's occupancy of a room where its guest is not, or no longer, staying. Idempotent by `action_id`.

    `ended` means that the stay is over: its room is released, and its nights from `left_on` on, or all its nights where
    `left_on` is None. `unwritten` means that bookings has not stored this booking; refused `ACTION_IN_PROGRESS` within
    a minute after the guest moved in. Refused `ROOM_HAS_GUEST` where another booking's guest occupies the room, unless
    both `ended` and `force` are set.
    """

    action_id: str
    booking_id: str
    hotel: str
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
    """A page of the rooms of all hotels. `last` is the `after` of the next page, None on the last page."""

    rooms: tuple[RoomOccupancy, ...]
    last: int | None


class TakeCensus(Query[Census]):
    """Return the occupancy of the rooms with an id above `after`.

    Only for our own services: any other caller is refused `PERMISSION_DENIED`.
    """

    after: int = 0
    limit: int = 200
