"""Occupancy: guests move in and out, a room is cleared, and the census of occupied rooms."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Query
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.hotels import WiFi


@dataclass(frozen=True, kw_only=True)
class RoomOccupiedReply:
    """A guest moved in: the room as it is now, and the hotel's Wi-Fi for the guest's page."""

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
    """The booking's guest leaves; nights from `left_on` (hotel-local) on are free again. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str
    left_on: date
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ClearRoom(Command[RoomTaken]):
    """The booking's guest is not (any longer) in this room, whatever rooms has noted. Keyed by `action_id`.

    `ended`: the stay is over, its nights from `left_on` (None: all) are free and its room is let go of. `unwritten`:
    bookings knows of no such booking; refused `ACTION_IN_PROGRESS` within a minute of the guest's moving in. A room in
    which another booking's guest lives is left alone; refused `ROOM_HAS_GUEST` unless `ended` by `force`.
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
    """One room: the booking noted as living in it, and those that have it for some nights. Every room is listed."""

    hotel: str
    room_number: str
    occupied_by: str | None
    claimed_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Census:
    """Some rooms of the whole platform. `last` is where the next page begins; None: there are no more."""

    rooms: tuple[RoomOccupancy, ...]
    last: int | None


@dataclass(frozen=True, kw_only=True)
class TakeCensus(Query[Census]):
    """The rooms that come after the one with that id, for our own services only; refused `PERMISSION_DENIED`."""

    after: int = 0
    limit: int = 200
