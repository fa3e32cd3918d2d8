"""Availability room by room, for staff."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.message import Query


class ConflictReason(StrEnum):
    """Why a room cannot be had."""

    EXISTING_BOOKING = "Existing booking"
    CURRENTLY_OCCUPIED = "Currently occupied"
    BLOCKED = "Blocked"
    OUT_OF_ORDER = "Out of order"
    INACTIVE = "Inactive"


@dataclass(frozen=True, kw_only=True)
class FreeRoom:
    """A room that could be had. `current_booking_id` lives in it now; `next_booking` is when its next stay begins."""

    room_number: str
    room_type: str
    is_occupied: bool
    current_booking_id: str | None
    next_booking: date | None


@dataclass(frozen=True, kw_only=True)
class TakenRoom:
    """A room that cannot be had; by the book nobody has it from `available_from` on."""

    room_number: str
    room_type: str
    conflict_reason: ConflictReason
    conflict_booking_id: str | None
    available_from: date | None


@dataclass(frozen=True, kw_only=True)
class FreeRooms:
    """A hotel's rooms by number, those that are free on the asked nights and those that are not."""

    available_rooms: tuple[FreeRoom, ...]
    unavailable_rooms: tuple[TakenRoom, ...]


@dataclass(frozen=True, kw_only=True)
class FindFreeRooms(Query[FreeRooms]):
    """Which rooms could be had on the nights `[check_in, check_out)`. `room_type` is a code or a name.

    What `exclude_booking` has is taken for free. Refused as a stay is, and `ROOM_TYPE_NOT_FOUND`.
    """

    hotel: str
    check_in: date
    check_out: date
    room_type: str = ""
    exclude_booking: str | None = None
