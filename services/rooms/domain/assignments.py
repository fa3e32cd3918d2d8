"""Decides whether a room may be assigned to a booking."""

from collections.abc import Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.events import RoomStatus
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period, check_bookable, check_no_overlap
from services.rooms.domain.rooms import Room

TYPE_MISMATCH = "ROOM_TYPE_MISMATCH"
TOO_SMALL = "ROOM_TOO_SMALL"


def check_assignable(
    room: Room,
    hold: Hold,
    *,
    others: Sequence[Period],
    today: date,
    strict_room_type: bool,
    party: int,
    override: bool = False,
) -> tuple[str, ...]:
    """Check that this room may be assigned to the booking; returns the warnings of the assignment.

    `others` are the periods of the room on the booking's nights, without the booking's own stay. Refused
    `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT` (with `conflicts`, booking ids), `ROOM_OCCUPIED`, `ROOM_TYPE_MISMATCH`,
    and `ROOM_TOO_SMALL` without `override`.
    """
    starts_now = hold.stay.check_in <= today
    check_bookable(room, others, first=hold.stay.check_in, today=today)
    check_no_overlap(room, others)
    if room.status is RoomStatus.OCCUPIED and room.occupied_by != hold.booking_id and starts_now:
        raise Refusal("ROOM_OCCUPIED", f"Room {room.room_number} is still occupied.")
    warnings = type_warnings(room, hold)
    if warnings and strict_room_type:
        raise Refusal(TYPE_MISMATCH, f"Room {room.room_number} is not of the booked type.")
    return (*warnings, *check_fits(room, party, override=override))


def check_fits(room: Room, party: int, *, override: bool) -> tuple[str, ...]:
    """Check that the room sleeps the party (number of guests); returns the warning of a room that is too small.

    Refused `ROOM_TOO_SMALL` without `override`.
    """
    if room.max_occupancy >= party:
        return ()
    if not override:
        raise Refusal(TOO_SMALL, f"Room {room.room_number} sleeps {room.max_occupancy}, and the party is {party}.")
    return (TOO_SMALL,)


def type_warnings(room: Room, hold: Hold) -> tuple[str, ...]:
    """The warning `ROOM_TYPE_MISMATCH` where the room is not of the booked type, else no warnings."""
    return () if room.room_type_id == hold.room_type_id else (TYPE_MISMATCH,)


def already_checked_in(message: str) -> Refusal:
    """The refusal `BOOKING_ALREADY_CHECKED_IN`, for a new assignment while the guest is in house."""
    return Refusal("BOOKING_ALREADY_CHECKED_IN", message)


def room_taken(room: Room, *, warnings: tuple[str, ...] = ()) -> RoomTaken:
    """The room in the form that the bookings service stores."""
    return RoomTaken(
        room_number=room.room_number,
        room_type_code=room.type_code,
        room_type_name=room.type_name,
        room_status=room.status,
        warnings=warnings,
    )
