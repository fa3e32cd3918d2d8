"""Occupancy: guests move in and out, a room is cleared, and the census of occupied rooms."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Query
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.hotels import WiFi


@dataclass(frozen=True, kw_only=True)
class RoomOccupiedReply:
    """The room that the guest occupies, and the hotel's Wi-Fi for the guest's page."""

    room: RoomTaken
    wifi: WiFi


@dataclass(frozen=True, kw_only=True)
class MoveIn(Command[RoomOccupiedReply]):
    """The booking's guest moves into its room, which must be ready. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str


@dataclass(frozen=True, kw_only=True)
class MoveOut(Command[RoomTaken]):
    """The booking's guest vacates the room; the nights from `left_on` (hotel-local) on are released.

    Keyed by `action_id`.
    """

    action_id: str
    booking_id: str
    hotel: str
    left_on: date
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ClearRoom(Command[RoomTaken]):
    """The booking's guest does not occupy this room (any longer). Keyed by `action_id`.

    `ended`: the stay is over, its nights from `left_on` on (None: all) and its room are released. `unwritten`:
    bookings has no such booking; refused `ACTION_IN_PROGRESS` within a minute after the guest moved in. Refused
    `ROOM_HAS_GUEST` where another booking's guest occupies the room, unless `ended` by `force`.
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


@dataclass(frozen=True, kw_only=True)
class RoomOccupancy:
    """The occupancy of one room: the booking that occupies the room, and the bookings with a live stay in the room."""

    hotel: str
    room_number: str
    occupied_by: str | None
    claimed_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Census:
    """A page of the rooms of all hotels. `last` is the `after` of the next page; None: there is none."""

    rooms: tuple[RoomOccupancy, ...]
    last: int | None


@dataclass(frozen=True, kw_only=True)
class TakeCensus(Query[Census]):
    """The occupancy of every room with an id above `after`, for our own services only; refused `PERMISSION_DENIED`."""

    after: int = 0
    limit: int = 200
