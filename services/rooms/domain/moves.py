"""Decides whether and for which nights a guest may move into a room today, and whether a room may be cleared."""

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain.assignments import check_fits
from services.rooms.domain.periods import Period, check_bookable, check_no_overlap
from services.rooms.domain.rooms import Room


def remaining_nights(nights: Stay, *, today: date) -> Stay:
    """The nights of the stay from tonight on; on the check-out date and later, only the last night."""
    last = nights.check_out - timedelta(days=1)
    return Stay(max(nights.check_in, min(today, last)), nights.check_out)


def check_move_in(
    room: Room, *, nights: Stay, others: Sequence[Period], today: date, party: int, override: bool
) -> tuple[str, ...]:
    """Check that the party (number of guests) may move into the room; returns the warnings of the move.

    `others` are the periods of the room on those nights. Refused `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT` (with
    `conflicts`), `ROOM_OCCUPIED`, `ROOM_NOT_READY`, and `ROOM_TOO_SMALL` without `override`.
    """
    check_bookable(room, others, first=nights.check_in, today=today)
    check_no_overlap(room, others)
    if room.status is RoomStatus.OCCUPIED:
        raise Refusal("ROOM_OCCUPIED", f"Room {room.room_number} is occupied.")
    check_ready(room)
    return check_fits(room, party, override=override)


def check_ready(room: Room) -> None:
    """Check that the room is ready for a guest. Refused `ROOM_NOT_READY`."""
    if room.status is not RoomStatus.READY_FOR_GUEST:
        raise Refusal("ROOM_NOT_READY", f"Room {room.room_number} is not ready for a guest.")


def check_may_clear(room: Room, booking_id: str, *, force: bool) -> None:
    """Check that no guest of another booking occupies the room, unless `force`. Refused `ROOM_HAS_GUEST`."""
    if room.occupied_by not in (None, booking_id) and not force:
        raise Refusal("ROOM_HAS_GUEST", f"Another guest occupies room {room.room_number}.")
