"""Periods: the live stays and blocks of a room. A room has at most one period on each night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chassis.refusal import Refusal
from contracts.values import Stay
from services.rooms.domain.rooms import Room, is_out_of_order


class PeriodKind(StrEnum):
    """The reason why a room is taken for some nights: a stay or a block."""

    STAY = "STAY"
    BLOCK = "BLOCK"


@dataclass(frozen=True, kw_only=True)
class Period:
    """A live stay or block of a room.

    `moved_in` is True while the guest occupies the room. `out_of_order` marks the block of a room that is out of order.
    The nights of a stay that is `held` are held for a change that waits for its payment, whose id is `booking_id`.
    """

    hotel: str
    id: int
    room_id: int
    kind: PeriodKind
    nights: Stay
    booking_id: str | None
    moved_in: bool
    out_of_order: bool = False
    held: bool = False


def check_bookable(room: Room, others: Sequence[Period], *, first: date, today: date) -> None:
    """Check that the room is active and has no block in `others`.

    Where the `first` night is not after `today` (hotel-local), check also that the room is not out of order today.
    Refused `ROOM_NOT_BOOKABLE`.
    """
    out_of_order = first <= today and is_out_of_order(room, today=today)
    blocked = any(period.kind is PeriodKind.BLOCK for period in others)
    if not room.is_active or out_of_order or blocked:
        raise Refusal("ROOM_NOT_BOOKABLE", f"Room {room.room_number} cannot be used on these nights.")


def check_no_overlap(room: Room, others: Sequence[Period]) -> None:
    """Check that none of these periods of the room is a stay. Refused `ROOM_OVERLAP_CONFLICT`."""
    conflicts = [period.booking_id for period in others if period.booking_id]
    if conflicts:
        raise overlap_conflict(room.room_number, conflicts)


def overlap_conflict(room_number: str, conflicts: Sequence[str]) -> Refusal:
    """The refusal `ROOM_OVERLAP_CONFLICT`. Its `conflicts` are the ids of the bookings that have the room."""
    return Refusal(
        "ROOM_OVERLAP_CONFLICT", f"Room {room_number} is taken on these nights.", conflicts=sorted(conflicts)
    )
