"""Rooms: their state, their view for staff, and the order by readiness."""

import re
from dataclasses import dataclass
from datetime import datetime

from chassis.refusal import Refusal
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.rooms import ChangeRoom, RoomView

ROOM_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
RESERVED_NUMBERS = {"checkout", "rooms", "availability", "check-in"}  # words of HTTP paths


@dataclass(frozen=True, kw_only=True)
class Room:
    """One room. `occupied_by` is the id of the booking whose guest occupies the room. Times are UTC."""

    id: int
    hotel: str
    room_number: str
    room_type_id: int
    type_code: str
    type_name: str
    status: RoomStatus
    is_active: bool
    floor: int | None
    notes: str
    last_cleaned_at: datetime | None
    last_inspected_at: datetime | None
    occupied_by: str | None
    version: int
    maintenance_priority: MaintenancePriority | None = None


@dataclass(frozen=True, kw_only=True)
class RoomDetails:
    """The fields of a room that staff can change."""

    room_type_id: int
    floor: int | None
    notes: str
    is_active: bool


def is_room_number(text: str) -> bool:
    """Whether the text is a valid room number."""
    return bool(ROOM_NUMBER.fullmatch(text)) and text.lower() not in RESERVED_NUMBERS


def details_of(room: Room) -> RoomDetails:
    """The present values of the fields that staff can change."""
    return RoomDetails(room_type_id=room.room_type_id, floor=room.floor, notes=room.notes, is_active=room.is_active)


def changed_details(room: Room, command: ChangeRoom, *, room_type_id: int | None) -> RoomDetails:
    """The room's details after the command. Where `room_type_id` is None, the type does not change."""
    clears_floor = "floor" in command.clear
    floor = room.floor if command.floor is None else command.floor
    return RoomDetails(
        room_type_id=room.room_type_id if room_type_id is None else room_type_id,
        floor=None if clears_floor else floor,
        notes=room.notes if command.notes is None else command.notes,
        is_active=room.is_active if command.is_active is None else command.is_active,
    )


def existing(room: Room | None) -> Room:
    """The room, if it is not None. Refused `ROOM_NOT_FOUND`."""
    if room is None:
        raise Refusal("ROOM_NOT_FOUND", "The hotel has no such room.")
    return room


def view(room: Room) -> RoomView:
    """The room as staff see it."""
    return RoomView(
        id=room.id,
        room_number=room.room_number,
        room_type=room.type_name,
        room_type_code=room.type_code,
        room_status=room.status,
        is_occupied=room.status is RoomStatus.OCCUPIED,
        is_active=room.is_active,
        floor=room.floor,
        notes=room.notes,
        last_cleaned_at=room.last_cleaned_at,
        last_inspected_at=room.last_inspected_at,
        current_booking_id=room.occupied_by,
        version=room.version,
        maintenance_priority=room.maintenance_priority,
    )


_STEPS_TO_READY = {
    RoomStatus.READY_FOR_GUEST: 0,
    RoomStatus.CLEANED_UNINSPECTED: 1,
    RoomStatus.CLEANING_IN_PROGRESS: 2,
    RoomStatus.CHECKOUT_DIRTY: 3,
    RoomStatus.OCCUPIED: 4,
    RoomStatus.MAINTENANCE_REQUIRED: 5,
    RoomStatus.OUT_OF_ORDER: 6,
}


def readiness(room: Room) -> tuple[int, int, str]:
    """The sort key that orders rooms by distance to `READY_FOR_GUEST`, then by number."""
    return _STEPS_TO_READY[room.status], len(room.room_number), room.room_number
