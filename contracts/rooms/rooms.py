"""Rooms of a hotel: lists, status history, and changes of a room by staff."""

from datetime import datetime

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.values import Actor, Page


class RoomAsk(Data):
    """The fields of an ask about one room of one hotel."""

    hotel: str
    room_number: str


class RoomView(Data):
    """One room. `is_occupied` follows from the status; `maintenance_priority` is set while the room needs a repair."""

    id: int
    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    is_active: bool
    floor: int | None
    notes: str
    last_cleaned_at: datetime | None
    last_inspected_at: datetime | None
    current_booking_id: str | None
    version: int
    maintenance_priority: MaintenancePriority | None = None


class RoomList(Data):
    """A page of a hotel's rooms."""

    count: int
    results: tuple[RoomView, ...]


class RoomChange(Data):
    """One status change of a room."""

    old_status: RoomStatus
    new_status: RoomStatus
    source: str
    by: Actor
    note: str
    changed_at: datetime
    priority: MaintenancePriority | None = None


class RoomHistory(Data):
    """A page of a room's status changes, newest first, and the number of all changes."""

    room_number: str
    changes: tuple[RoomChange, ...]
    count: int = 0


class FoundRooms(Data):
    """The rooms that `FindRooms` asked for, in order of id."""

    rooms: tuple[RoomView, ...]


class ListRooms(Query[RoomList]):
    """Return a page of a hotel's rooms, in order of room number.

    `search` matches number and type; `room_type` is a code or a name.
    """

    hotel: str
    search: str = ""
    status: RoomStatus | None = None
    room_type: str = ""
    floor: int | None = None
    occupied: bool | None = None
    page: Page = Page()


class GetRoom(RoomAsk, Query[RoomView]):
    """Return one room. Refused `ROOM_NOT_FOUND`."""


class GetRoomHistory(RoomAsk, Query[RoomHistory]):
    """Return a page of a room's status changes, newest first. Refused `ROOM_NOT_FOUND`."""

    page: Page = Page()


class FindRooms(Query[FoundRooms]):
    """Return the hotel's rooms with these ids or numbers; the reply leaves out unknown ids and numbers."""

    hotel: str
    ids: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()


class AddRoom(RoomAsk, Command[RoomView]):
    """Add a room, or bring back a removed room with its history. The room is ready for a guest.

    Refused `ROOM_EXISTS`.
    """

    room_type: str
    floor: int | None = None
    notes: str = ""
    is_active: bool = True


class ChangeRoom(RoomAsk, Command[RoomView]):
    """Change the details of a room.

    Refused `ROOM_IN_USE` (with `conflicts`) and `WOULD_OVERSELL` (with `nights`).
    """

    room_type: str | None = None
    floor: int | None = None
    notes: str | None = None
    is_active: bool | None = None
    clear: tuple[str, ...] = ()


class RemoveRoom(RoomAsk, Command[Nothing]):
    """Remove a room; its history stays.

    Refused `ROOM_IN_USE` (with `conflicts`) and `WOULD_OVERSELL` (with `nights`).
    """
