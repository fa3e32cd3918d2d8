"""Rooms as staff see them."""

from dataclasses import dataclass, fields
from datetime import datetime

from contracts import rooms
from gateway.shapes.bookings import Person


@dataclass(frozen=True, kw_only=True)
class Room:
    """One room. `current_guest` is null also while bookings cannot be asked for the name."""

    id: int
    room_number: str
    room_type: str
    room_type_code: str
    room_status: str
    is_occupied: bool
    is_active: bool
    floor: int | None
    notes: str
    last_cleaned_at: datetime | None
    last_inspected_at: datetime | None
    current_booking_id: str | None
    current_guest: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class RoomList:
    """A page of a hotel's rooms, by number."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Room, ...]


@dataclass(frozen=True, kw_only=True)
class RoomChange:
    """One change of a room's status."""

    old_status: str
    new_status: str
    source: str
    by: Person
    note: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class StatusHistory:
    """A room's changes, newest first."""

    room_number: str
    changes: tuple[RoomChange, ...]


@dataclass(frozen=True, kw_only=True)
class CandidateRoom:
    """A room that a booking could be given."""

    room_number: str
    room_type: str
    room_type_code: str
    room_status: str
    is_occupied: bool
    matches_type: bool


@dataclass(frozen=True, kw_only=True)
class AvailableRooms:
    """The rooms that a booking could be given, best first."""

    booking_id: str
    available_rooms: tuple[CandidateRoom, ...]


_ALIKE = tuple(each.name for each in fields(Room) if each.name != "current_guest")


def room(view: rooms.RoomView, guest: str | None) -> Room:
    """A room, with the name of who lives in it."""
    return Room(**{name: getattr(view, name) for name in _ALIKE}, current_guest=guest)


def status_history(found: rooms.RoomHistory) -> StatusHistory:
    """Who changed a room's status, when and why."""
    return StatusHistory(
        room_number=found.room_number,
        changes=tuple(
            RoomChange(**{**vars(change), "by": Person(kind=change.by.kind, id=change.by.id, name=change.by.name)})
            for change in found.changes
        ),
    )


def available_rooms(booking_id: str, found: rooms.Candidates) -> AvailableRooms:
    """The candidates for a booking."""
    return AvailableRooms(
        booking_id=booking_id, available_rooms=tuple(CandidateRoom(**vars(one)) for one in found.rooms)
    )
