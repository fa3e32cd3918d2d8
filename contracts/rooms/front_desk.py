"""What bookings asks of rooms for the front desk: moving a guest, receiving one who has not booked, clearing rooms."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Query
from contracts.rooms.views import Held, RoomTaken, RoomView, WiFi


@dataclass(frozen=True, kw_only=True)
class MoveGuest(Command[RoomTaken]):
    """The guest in house goes to this room, which must be ready and free for the rest of the stay.

    Keyed by `action_id`. Refused `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`.
    """

    action_id: str
    booking_id: str
    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class Received:
    """A walk-in lives in the room: what was agreed, the room as it is now, and the hotel's Wi-Fi for the guest."""

    held: Held
    room: RoomTaken
    wifi: WiFi


@dataclass(frozen=True, kw_only=True)
class ReceiveWalkIn(Command[Received]):
    """Sell the nights of the room's type to the booking, give it the room and move its guest in, all or nothing.

    `check_in` is the hotel's today, or yesterday. Keyed by `action_id`. `room_versions` are those that the
    client would have the room at; `room_version` is how bookings said it when it could say one only.
    Refused as a stay is, and `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`, `VERSION_MISMATCH`.
    """

    action_id: str
    booking_id: str
    hotel: str
    room_number: str
    check_in: date
    check_out: date
    adults: int
    children: int
    room_version: int | None = None
    room_versions: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class FoundRooms:
    """Those of the rooms asked for that the hotel has, by id."""

    rooms: tuple[RoomView, ...]


@dataclass(frozen=True, kw_only=True)
class FindRooms(Query[FoundRooms]):
    """The hotel's rooms with these ids or numbers. What it does not have is left out."""

    hotel: str
    ids: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()


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
