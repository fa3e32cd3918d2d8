"""Begins and ends blocks of a locked room, and changes the capacity of the blocked nights."""

from collections.abc import Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.events import RoomBlocked, RoomUnblocked
from contracts.values import Stay
from services.rooms.domain import blocks
from services.rooms.domain.holds import NightChange
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.work import RoomsWork


def begin(work: RoomsWork, room: Room, nights: Stay, *, reason: str, today: date, out_of_order: bool = False) -> int:
    """Begin a block; returns the block's id. The caller has locked the room and, with a shared lock, the room's hotel.

    The night counters are locked last. Refused `ROOM_OVERLAP_CONFLICT`, and `WOULD_OVERSELL` with `nights`.
    """
    blocks.check_free(room, nights, work.periods.on_nights(room, nights), today=today)
    block_id = work.periods.begin_block(room, nights=nights, reason=reason, out_of_order=out_of_order, now=work.now)
    if room.is_active:
        reduce_capacity(work, room, nights)
    event = RoomBlocked(
        hotel=room.hotel,
        room_number=room.room_number,
        block_id=block_id,
        room_type_code=room.type_code,
        starts_on=nights.check_in,
        until=nights.check_out,
        out_of_order=out_of_order,
        by=work.caller.actor,
        blocked_at=work.now,
    )
    work.record_block(event)
    return block_id


def out_of_order(work: RoomsWork, room: Room) -> list[Period]:
    """The out-of-order block of a locked room, also where its last night is past; empty where there is none."""
    return [block for block in work.periods.blocks(room, first=date.max) if block.out_of_order]


def end(work: RoomsWork, room: Room, ended: Sequence[Period], *, today: date) -> None:
    """End these blocks of a locked room, and add their remaining nights to the capacity."""
    changes = []
    for block in ended:
        work.periods.end(block, until=today, now=work.now)
        remaining = blocks.remaining_nights(block, today=today)
        if remaining is None:
            continue
        changes.append(_capacity_change(room, remaining, by=1))
        event = RoomUnblocked(
            hotel=room.hotel,
            room_number=room.room_number,
            block_id=block.id,
            room_type_code=room.type_code,
            free_from=remaining.check_in,
            until=remaining.check_out,
            by=work.caller.actor,
            unblocked_at=work.now,
        )
        work.record_block(event)
    if room.is_active:
        work.nights.resize(room.hotel, changes)


def reduce_capacity(work: RoomsWork, room: Room, nights: Stay) -> None:
    """Reduce the capacity by one room on these nights. Refused `WOULD_OVERSELL` with `nights`."""
    if work.nights.resize(room.hotel, [_capacity_change(room, nights, by=-1)]):
        return
    full = work.nights.full(room.hotel, room.room_type_id, nights.check_in, nights.check_out)
    if full:  # without a full night the nights are not on sale yet; `extend` counts the block
        raise Refusal(
            "WOULD_OVERSELL",
            "Without this room more would be sold than there is.",
            nights=[night.isoformat() for night in full],
        )


def _capacity_change(room: Room, nights: Stay, *, by: int) -> NightChange:
    return NightChange(room_type_id=room.room_type_id, first_night=nights.check_in, until=nights.check_out, by=by)
