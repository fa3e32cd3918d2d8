"""Whether a guest in house may move into a room, and which nights they have there."""

from collections.abc import Sequence
from datetime import date, timedelta

from chassis.refusal import Refusal
from contracts.rooms import RoomStatus
from contracts.values import Stay
from services.rooms.domain.assigning import Room, Taken, bookable, free


def rest(nights: Stay, *, today: date) -> Stay:
    """The nights that the guest takes along: from tonight on; whoever leaves today (or stays over) the last one."""
    last = nights.check_out - timedelta(days=1)
    return Stay(max(nights.check_in, min(today, last)), nights.check_out)


def move_into(room: Room, *, nights: Stay, others: Sequence[Taken], today: date) -> None:
    """Let the guest have the room. `others` are its live stays and blocks on those nights.

    Refused `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT` (with `conflicts`), `ROOM_OCCUPIED`, `ROOM_NOT_READY`.
    """
    bookable(room, others, starts_now=nights.check_in <= today)
    free(room, others)
    if room.status is RoomStatus.OCCUPIED:
        raise Refusal("ROOM_OCCUPIED", f"Room {room.room_number} is lived in.")
    if room.status is not RoomStatus.READY_FOR_GUEST:
        raise Refusal("ROOM_NOT_READY", f"Room {room.room_number} is not ready for a guest.")
