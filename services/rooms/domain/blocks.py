"""Which nights of a room may be kept from everybody, and which come back when that is lifted."""

from collections.abc import Iterable, Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.values import Caller, Permission, Stay
from services.rooms.domain.assigning import Room, Taken, overlap
from services.rooms.domain.stays import invalid


def check_may(caller: Caller) -> None:
    """Refused `PERMISSION_DENIED`."""
    if caller.kind != "system" and not (caller.kind == "staff" and caller.may(Permission.MANAGE_ROOMS)):
        raise Refusal("PERMISSION_DENIED", f"This needs {Permission.MANAGE_ROOMS}.")


def check_nights(nights: Stay, *, today: date) -> None:
    """Refused `VALIDATION_ERROR` where they are none, or past."""
    if nights.check_in < today:
        raise invalid("starts_on", "must not be in the past")
    if nights.nights < 1:
        raise invalid("until", "must be after starts_on")


def check_free(room: Room, nights: Stay, others: Sequence[Taken], *, today: date) -> None:
    """Refused `ROOM_OVERLAP_CONFLICT`, with the bookings that have the room on some of the nights, or the blocks.

    A guest who should have left and lives there still has the room tonight.
    """
    bookings = {one.booking_id for one in others if one.booking_id}
    if room.occupied_by and nights.check_in <= today:
        bookings.add(room.occupied_by)
    if bookings:
        raise overlap(room.room_number, sorted(bookings))
    if others:
        raise Refusal(
            "ROOM_OVERLAP_CONFLICT",
            f"Room {room.room_number} is blocked already on some of these nights.",
            conflicts=[],
            blocks=[one.id for one in others],
        )


def chosen(blocks: Iterable[Taken], *, block_id: int | None, first: date | None, until: date | None) -> list[Taken]:
    """The blocks to lift: the one that is named, or those that touch the nights.

    Refused `BLOCK_NOT_FOUND`, and `ROOM_OUT_OF_ORDER` where the one that is named goes with the room's status.
    """
    if block_id is None:
        return [one for one in blocks if not one.out_of_order and _touches(one.nights, first, until)]
    named = [one for one in blocks if one.id == block_id]
    if not named:
        raise Refusal("BLOCK_NOT_FOUND", "The room has no such block.")
    if named[0].out_of_order:
        raise Refusal("ROOM_OUT_OF_ORDER", "The room is out of order: send it to another status instead.")
    return named


def left_of(block: Taken, *, today: date) -> Stay | None:
    """The nights that come back when a block is lifted; None: it is over."""
    first = max(today, block.nights.check_in)
    return Stay(first, block.nights.check_out) if first < block.nights.check_out else None


def _touches(nights: Stay, first: date | None, until: date | None) -> bool:
    return (first is None or nights.check_out > first) and (until is None or nights.check_in < until)
