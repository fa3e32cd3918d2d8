"""Whether a booking may be given a room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chassis.refusal import Refusal
from contracts.rooms import MaintenancePriority, RoomStatus
from contracts.values import Stay
from services.rooms.domain.inventory import Hold

TYPE_MISMATCH = "ROOM_TYPE_MISMATCH"


class PeriodKind(StrEnum):
    """Why a room is taken for some nights."""

    STAY = "STAY"
    BLOCK = "BLOCK"


@dataclass(frozen=True, kw_only=True)
class Room:
    """One room as it stands. `occupied_by` is the booking whose guest lives in it."""

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
class Taken:
    """A live stay in a room or a block of it: nobody else has it on those nights."""

    id: int
    room_id: int
    kind: PeriodKind
    nights: Stay
    booking_id: str | None
    moved_in: bool
    out_of_order: bool = False


def give(room: Room, hold: Hold, *, others: Sequence[Taken], today: date, strict_room_type: bool) -> tuple[str, ...]:
    """The warnings that go with giving the booking this room.

    `others` are the live stays and blocks of that room on the booking's nights, its own left out. Refused
    `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT` (with `conflicts`, booking ids), `ROOM_OCCUPIED`, `ROOM_TYPE_MISMATCH`.
    """
    starts_now = hold.stay.check_in <= today
    bookable(room, others, starts_now=starts_now)
    free(room, others)
    if room.status is RoomStatus.OCCUPIED and room.occupied_by != hold.booking_id and starts_now:
        raise Refusal("ROOM_OCCUPIED", f"Room {room.room_number} is still lived in.")
    warnings = mismatch(room, hold)
    if warnings and strict_room_type:
        raise Refusal(TYPE_MISMATCH, f"Room {room.room_number} is not of the booked type.")
    return warnings


def mismatch(room: Room, hold: Hold) -> tuple[str, ...]:
    """The warning that the room is not of the booked type, if it is not."""
    return () if room.room_type_id == hold.room_type_id else (TYPE_MISMATCH,)


def bookable(room: Room, others: Sequence[Taken], *, starts_now: bool) -> None:
    """Refused `ROOM_NOT_BOOKABLE` for a room that is closed, or blocked on these nights."""
    out_of_order = room.status is RoomStatus.OUT_OF_ORDER and starts_now
    blocked = any(taken.kind is PeriodKind.BLOCK for taken in others)
    if not room.is_active or out_of_order or blocked:
        raise Refusal("ROOM_NOT_BOOKABLE", f"Room {room.room_number} cannot be used on these nights.")


def free(room: Room, others: Sequence[Taken]) -> None:
    """Refused `ROOM_OVERLAP_CONFLICT` where another booking has the room on these nights."""
    conflicts = [taken.booking_id for taken in others if taken.booking_id]
    if conflicts:
        raise overlap(room.room_number, conflicts)


def overlap(room_number: str, conflicts: Sequence[str]) -> Refusal:
    """Somebody else has the room on some of the nights."""
    return Refusal(
        "ROOM_OVERLAP_CONFLICT", f"Room {room_number} is taken on these nights.", conflicts=sorted(conflicts)
    )


_NEARNESS = {
    RoomStatus.READY_FOR_GUEST: 0,
    RoomStatus.CLEANED_UNINSPECTED: 1,
    RoomStatus.CLEANING_IN_PROGRESS: 2,
    RoomStatus.CHECKOUT_DIRTY: 3,
    RoomStatus.OCCUPIED: 4,
    RoomStatus.MAINTENANCE_REQUIRED: 5,
    RoomStatus.OUT_OF_ORDER: 6,
}


def readiness(room: Room) -> tuple[int, int, str]:
    """Sorts rooms by how near they are to being ready, then by number."""
    return _NEARNESS[room.status], len(room.room_number), room.room_number
