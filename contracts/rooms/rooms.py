"""Rooms of a hotel: their list, their history, and changes of a room by hand."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Nothing, Query
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.values import Actor, Page


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """One room. `is_occupied` is derived from its status; `maintenance_priority` is set while something is broken."""

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


@dataclass(frozen=True, kw_only=True)
class RoomList:
    """A page of a hotel's rooms."""

    count: int
    results: tuple[RoomView, ...]


@dataclass(frozen=True, kw_only=True)
class RoomChange:
    """One row of a room's history."""

    old_status: RoomStatus
    new_status: RoomStatus
    source: str
    by: Actor
    note: str
    changed_at: datetime
    priority: MaintenancePriority | None = None


@dataclass(frozen=True, kw_only=True)
class RoomHistory:
    """A page of a room's changes, newest first, and how many there are."""

    room_number: str
    changes: tuple[RoomChange, ...]
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class FoundRooms:
    """Those of the rooms asked for that the hotel has, by id."""

    rooms: tuple[RoomView, ...]


@dataclass(frozen=True, kw_only=True)
class ListRooms(Query[RoomList]):
    """A hotel's rooms by number; `search` matches number and type, `room_type` is a code or a name."""

    hotel: str
    search: str = ""
    status: RoomStatus | None = None
    room_type: str = ""
    floor: int | None = None
    occupied: bool | None = None
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetRoom(Query[RoomView]):
    """One room; refused `ROOM_NOT_FOUND`."""

    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class GetRoomHistory(Query[RoomHistory]):
    """Who changed a room's status, when and why."""

    hotel: str
    room_number: str
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class FindRooms(Query[FoundRooms]):
    """The hotel's rooms with these ids or numbers. What it does not have is left out."""

    hotel: str
    ids: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AddRoom(Command[RoomView]):
    """Add a room, ready for its first guest; refused `ROOM_EXISTS`. One that was removed keeps its history."""

    hotel: str
    room_number: str
    room_type: str
    floor: int | None = None
    notes: str = ""
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class ChangeRoom(Command[RoomView]):
    """Change what a room is; refused `ROOM_IN_USE` (with `conflicts`) and `WOULD_OVERSELL` (with `nights`)."""

    hotel: str
    room_number: str
    room_type: str | None = None
    floor: int | None = None
    notes: str | None = None
    is_active: bool | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemoveRoom(Command[Nothing]):
    """Remove a room; refused as `ChangeRoom` is. Its history stays."""

    hotel: str
    room_number: str
