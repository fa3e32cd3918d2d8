"""Rooms as staff see them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from contracts import rooms
from gateway.api.bookings.responses import Person, person


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
    maintenance_priority: str | None
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
    priority: str | None
    note: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class StatusHistory:
    """A page of a room's changes, newest first."""

    room_number: str
    count: int
    next: str | None
    previous: str | None
    results: tuple[RoomChange, ...]


@dataclass(frozen=True, kw_only=True)
class CandidateRoom:
    """A room that a booking could be given."""

    room_number: str
    room_type: str
    room_type_code: str
    room_status: str
    is_occupied: bool
    matches_type: bool
    warnings: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, kw_only=True)
class AvailableRooms:
    """The rooms that a booking could be given, best first."""

    booking_id: str
    available_rooms: tuple[CandidateRoom, ...]


@dataclass(frozen=True, kw_only=True)
class FreeRoom:
    """A room that could be had on the asked nights; `next_booking` is when its next stay begins."""

    room_number: str
    room_type: str
    is_occupied: bool
    current_guest: str | None
    next_booking: date | None


@dataclass(frozen=True, kw_only=True)
class TakenRoom:
    """A room that cannot be had on the asked nights; by the book it can be from `available_from` on."""

    room_number: str
    room_type: str
    conflict_reason: str
    conflict_booking_id: str | None
    available_from: date | None


@dataclass(frozen=True, kw_only=True)
class RoomAvailability:
    """A hotel's rooms by number: which could be had on the asked nights, and which not."""

    available_rooms: tuple[FreeRoom, ...]
    unavailable_rooms: tuple[TakenRoom, ...]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Nobody has the room on the nights `[starts_on, until)`. `out_of_order`: for as long as it has that status."""

    id: int
    room_number: str
    starts_on: date
    until: date
    reason: str
    out_of_order: bool
    blocked_at: datetime
    blocked_by: Person | None


@dataclass(frozen=True, kw_only=True)
class BlockList:
    """A room's blocks of today and to come, by date."""

    room_number: str
    blocks: tuple[Block, ...]


_ALIKE = tuple(each.name for each in fields(Room) if each.name != "current_guest")


def room(view: rooms.RoomView, guest: str | None) -> Room:
    """A room, with the name of who lives in it."""
    return Room(**{name: getattr(view, name) for name in _ALIKE}, current_guest=guest)


def status_history(found: rooms.RoomHistory, *, following: str | None, before: str | None) -> StatusHistory:
    """Who changed a room's status, when and why."""
    return StatusHistory(
        room_number=found.room_number,
        count=found.count,
        next=following,
        previous=before,
        results=tuple(RoomChange(**{**vars(change), "by": person(change.by)}) for change in found.changes),
    )


def available_rooms(booking_id: str, found: rooms.Candidates) -> AvailableRooms:
    """The candidates for a booking."""
    return AvailableRooms(
        booking_id=booking_id, available_rooms=tuple(CandidateRoom(**vars(one)) for one in found.rooms)
    )


def room_availability(found: rooms.FreeRooms, names: Mapping[str, str]) -> RoomAvailability:
    """The rooms, with the names of who lives in them."""
    return RoomAvailability(
        available_rooms=tuple(
            FreeRoom(
                room_number=room.room_number,
                room_type=room.room_type,
                is_occupied=room.is_occupied,
                current_guest=names.get(room.current_booking_id or ""),
                next_booking=room.next_booking,
            )
            for room in found.available_rooms
        ),
        unavailable_rooms=tuple(TakenRoom(**vars(room)) for room in found.unavailable_rooms),
    )


def block(found: rooms.RoomBlock) -> Block:
    """A block, with who made it."""
    return Block(**{**vars(found), "blocked_by": person(found.blocked_by)})


def block_list(found: rooms.RoomBlocks) -> BlockList:
    """A room's blocks."""
    return BlockList(room_number=found.room_number, blocks=tuple(block(one) for one in found.blocks))
