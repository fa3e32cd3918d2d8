"""Rooms: their state, their view for staff, their order by readiness, and the stored names of status changes."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from chassis.refusal import Refusal
from contracts.rooms.events import ChangeSource, MaintenancePriority, RoomStatus
from contracts.rooms.rooms import RoomView
from services.rooms.domain.mapping import mapped

STATUS_CHANGED = "RoomStatusChanged"
ROOM_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
RESERVED_NUMBERS = {"checkout", "rooms", "availability", "check-in"}  # words of HTTP paths


@dataclass(frozen=True, kw_only=True)
class Room:
    """One room. `occupied_by` is the id of the booking whose guest occupies the room. Times are UTC.

    `max_occupancy` and `base_price` (minor units) are those of the room's type. `out_of_order_until` is the end of
    the out-of-order block, hotel-local.
    """

    id: int
    hotel: str
    room_number: str
    room_type_id: int
    type_code: str
    type_name: str
    max_occupancy: int
    base_price: int
    status: RoomStatus
    is_active: bool
    floor: int | None
    notes: str
    last_cleaned_at: datetime | None
    last_inspected_at: datetime | None
    occupied_by: str | None
    version: int
    maintenance_priority: MaintenancePriority | None = None
    out_of_order_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class NewRoomStatus:
    """What a change of a room's status writes. `occupied_by` is the booking that occupies the room after the change.

    `cleaned_at` and `inspected_at` (UTC) are None where the room keeps the times that it has.
    """

    status: RoomStatus
    occupied_by: str | None
    priority: MaintenancePriority | None
    cleaned_at: datetime | None = None
    inspected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RoomDetails:
    """The fields of a room that staff can change."""

    room_type_id: int
    floor: int | None = None
    notes: str
    is_active: bool


def is_room_number(text: str) -> bool:
    """Whether the text is a valid room number."""
    return bool(ROOM_NUMBER.fullmatch(text)) and text.lower() not in RESERVED_NUMBERS


def existing(room: Room | None) -> Room:
    """The room. Refused `ROOM_NOT_FOUND` where `room` is None."""
    if room is None:
        raise Refusal("ROOM_NOT_FOUND", "The hotel has no such room.")
    return room


def is_out_of_order(room: Room, *, today: date) -> bool:
    """Whether the room is out of order on the hotel-local date `today`.

    A room is back in order from the hotel's midnight of `out_of_order_until` on, also while the timer has not changed
    the status yet.
    """
    until = room.out_of_order_until
    return room.status is RoomStatus.OUT_OF_ORDER and (until is None or today < until)


def view(room: Room) -> RoomView:
    """The room as staff see it."""
    return mapped(
        RoomView,
        room,
        room_type=room.type_name,
        room_type_code=room.type_code,
        room_status=room.status,
        is_occupied=room.status is RoomStatus.OCCUPIED,
        current_booking_id=room.occupied_by,
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
    """The sort key for rooms: those with the fewest steps to `READY_FOR_GUEST` first, then in order of room number."""
    return _STEPS_TO_READY[room.status], len(room.room_number), room.room_number


def subject_of(hotel: str, room_number: str) -> str:
    """The audit subject of a room."""
    return f"room/{hotel}/{room_number}"


def entry_name(source: ChangeSource, priority: MaintenancePriority | None) -> str:
    """The name by which an audit row stores a status change.

    The name consists of `RoomStatusChanged`, the source and, where the room needs a repair, the maintenance priority,
    separated by spaces.
    """
    return " ".join((STATUS_CHANGED, source, *filter(None, [priority])))


def parsed_entry_name(name: str) -> tuple[str, MaintenancePriority | None]:
    """The source and the maintenance priority in the stored name of a status change."""
    _, source, *priority = name.split()
    return source, MaintenancePriority(priority[0]) if priority else None
