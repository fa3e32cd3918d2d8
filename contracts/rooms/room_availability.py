"""Availability room by room, for staff."""

from datetime import date
from enum import StrEnum

from contracts.data import Data
from contracts.message import Query


class ConflictReason(StrEnum):
    """The reason why a room is not available."""

    EXISTING_BOOKING = "Existing booking"
    CURRENTLY_OCCUPIED = "Currently occupied"
    BLOCKED = "Blocked"
    OUT_OF_ORDER = "Out of order"
    INACTIVE = "Inactive"


class FreeRoom(Data):
    """A room that is free on the requested nights. `current_booking_id` is the booking in the room at present.

    `next_booking` is the check-in date of the next stay.
    """

    room_number: str
    room_type: str
    is_occupied: bool
    current_booking_id: str | None
    next_booking: date | None


class TakenRoom(Data):
    """A room that is not available before `available_from`, which is None where the end of the conflict is unknown."""

    room_number: str
    room_type: str
    conflict_reason: ConflictReason
    conflict_booking_id: str | None
    available_from: date | None


class FreeRooms(Data):
    """A hotel's rooms, ordered by number: the rooms that are free on the requested nights, and the other rooms."""

    available_rooms: tuple[FreeRoom, ...]
    unavailable_rooms: tuple[TakenRoom, ...]


class FindFreeRooms(Query[FreeRooms]):
    """Return the free and the taken rooms on the nights `[check_in, check_out)`.

    `room_type` is a code or a name. The stay of `exclude_booking` is ignored. Refused `ROOM_TYPE_NOT_FOUND`, and
    `VALIDATION_ERROR` or `BEYOND_HORIZON` for invalid dates.
    """

    hotel: str
    check_in: date
    check_out: date
    room_type: str = ""
    exclude_booking: str | None = None
