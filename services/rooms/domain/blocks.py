"""Decides whether a room can be blocked on some nights, and which of the room's blocks a command ends."""

from collections.abc import Iterable, Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.values import Caller, Permission, Stay
from services.rooms.domain.periods import Period, overlap_conflict
from services.rooms.domain.rooms import Room
from services.rooms.domain.validation import invalid


def check_permission(caller: Caller) -> None:
    """Check that the caller is staff with `can_manage_rooms`, or one of our services.

    Refused `PERMISSION_DENIED`.
    """
    if caller.kind != "system" and not (caller.kind == "staff" and caller.may(Permission.MANAGE_ROOMS)):
        raise Refusal("PERMISSION_DENIED", f"This needs {Permission.MANAGE_ROOMS}.")


def check_nights(nights: Stay, *, today: date) -> None:
    """Check that the block has a night and that no night is in the past. Refused `VALIDATION_ERROR`."""
    if nights.check_in < today:
        raise invalid("starts_on", "must not be in the past")
    if nights.nights < 1:
        raise invalid("until", "must be after starts_on")


def check_free(room: Room, nights: Stay, others: Sequence[Period], *, today: date) -> None:
    """Check that no stay and no block takes the room on these nights.

    Refused `ROOM_OVERLAP_CONFLICT`: `conflicts` has the ids of bookings or, without bookings, `blocks` has the ids
    of blocks. A guest who still occupies the room after the end of the stay takes the room tonight.
    """
    bookings = {period.booking_id for period in others if period.booking_id}
    if room.occupied_by and nights.check_in <= today:
        bookings.add(room.occupied_by)
    if bookings:
        raise overlap_conflict(room.room_number, sorted(bookings))
    if others:
        raise Refusal(
            "ROOM_OVERLAP_CONFLICT",
            f"Room {room.room_number} is blocked already on some of these nights.",
            conflicts=[],
            blocks=[period.id for period in others],
        )


def chosen(blocks: Iterable[Period], *, block_id: int | None, first: date | None, until: date | None) -> list[Period]:
    """The block with `block_id`. If `block_id` is None, all blocks on `[first, until)` except the out-of-order block.

    Refused `BLOCK_NOT_FOUND` for an unknown id, `ROOM_OUT_OF_ORDER` for the id of the room's out-of-order block.
    """
    if block_id is None:
        return [block for block in blocks if not block.out_of_order and _touches(block.nights, first, until)]
    named = [block for block in blocks if block.id == block_id]
    if not named:
        raise Refusal("BLOCK_NOT_FOUND", "The room has no such block.")
    if named[0].out_of_order:
        raise Refusal("ROOM_OUT_OF_ORDER", "The room is out of order: change the status of the room instead.")
    return named


def remaining_nights(block: Period, *, today: date) -> Stay | None:
    """The nights of the block from today on, None where the block is in the past."""
    first = max(today, block.nights.check_in)
    return Stay(first, block.nights.check_out) if first < block.nights.check_out else None


def _touches(nights: Stay, first: date | None, until: date | None) -> bool:
    return (first is None or nights.check_out > first) and (until is None or nights.check_in < until)
