"""Refusals about the occupancy of a room by the guest of a booking."""

from chassis.refusal import Refusal
from services.rooms.domain.rooms import Room


def already_checked_in(message: str) -> Refusal:
    """The refusal of an assignment to a booking whose guest is in house already."""
    return Refusal("BOOKING_ALREADY_CHECKED_IN", message)


def check_may_clear(room: Room, booking_id: str, *, force: bool) -> None:
    """Check that no guest of another booking occupies the room, unless `force`. Refused `ROOM_HAS_GUEST`."""
    if room.occupied_by not in (None, booking_id) and not force:
        raise Refusal("ROOM_HAS_GUEST", f"Another guest occupies room {room.room_number}.")
