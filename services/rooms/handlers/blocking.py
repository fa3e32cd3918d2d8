"""Keeping a room from everybody for some nights; capacity follows in the same transaction."""

from collections.abc import Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms import BlockRoom, ListBlocks, RoomBlock, RoomBlocked, RoomBlocks, RoomUnblocked, UnblockRoom
from contracts.values import Stay
from services.rooms.domain import blocks, stays
from services.rooms.domain.assigning import Room, Taken
from services.rooms.domain.inventory import NightChange
from services.rooms.handlers.hotels import check_own, found
from services.rooms.handlers.seeing import check_version, known
from services.rooms.work import RoomsWork


def list_blocks(query: ListBlocks, work: RoomsWork) -> RoomBlocks:
    """A room's blocks of today and to come."""
    check_own(work.caller, query.hotel)
    hotel = found(work.hotels.get(query.hotel))
    room = known(work.rooms.get(query.hotel, query.room_number))
    return _shown(work, room, today=stays.local_day(work.now, hotel.timezone))


def block_room(command: BlockRoom, work: RoomsWork) -> RoomBlock:
    """Nobody has the room on these nights."""
    check_own(work.caller, command.hotel)
    blocks.check_may(work.caller)
    room, today = _locked(command, work)
    nights = Stay(command.starts_on or today, command.until)
    blocks.check_nights(nights, today=today)
    block_id = lay(work, room, nights, reason=command.reason, today=today)
    return RoomBlock(
        id=block_id,
        room_number=room.room_number,
        starts_on=nights.check_in,
        until=nights.check_out,
        reason=command.reason,
        out_of_order=False,
        blocked_at=work.now,
        blocked_by=work.caller.actor,
    )


def unblock_room(command: UnblockRoom, work: RoomsWork) -> RoomBlocks:
    """The room may be had again on the nights that are left of the block, or of all that are meant."""
    check_own(work.caller, command.hotel)
    blocks.check_may(work.caller)
    room, today = _locked(command, work)
    meant = blocks.chosen(
        work.periods.blocks(room.id, first=today),
        block_id=command.block_id,
        first=command.starts_on,
        until=command.until,
    )
    lift(work, room, meant, today=today)
    return _shown(work, room, today=today)


def lay(work: RoomsWork, room: Room, nights: Stay, *, reason: str, today: date, out_of_order: bool = False) -> int:
    """Block a locked room, its hotel shared, as the last but the counters of what is locked; the block's id."""
    blocks.check_free(room, nights, work.periods.on_nights(room.id, nights), today=today)
    block_id = work.periods.block(
        room.id, room.room_number, nights=nights, reason=reason, out_of_order=out_of_order, now=work.now
    )
    if room.is_active:
        _take_away(work, room, nights)
    fact = RoomBlocked(
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
    work.record_block(fact, why=reason)
    return block_id


def lift(work: RoomsWork, room: Room, meant: Sequence[Taken], *, today: date) -> None:
    """End these blocks of a locked room, and give back the nights that are left of them."""
    changes = []
    for block in meant:
        work.periods.end(block, until=today, now=work.now)
        left = blocks.left_of(block, today=today)
        if left is None:
            continue
        changes.append(_resized(room, left, by=1))
        fact = RoomUnblocked(
            hotel=room.hotel,
            room_number=room.room_number,
            block_id=block.id,
            room_type_code=room.type_code,
            free_from=left.check_in,
            until=left.check_out,
            by=work.caller.actor,
            unblocked_at=work.now,
        )
        work.record_block(fact)
    if room.is_active:
        work.nights.resize(changes)


def _locked(command: BlockRoom | UnblockRoom, work: RoomsWork) -> tuple[Room, date]:
    hotel = found(work.hotels.share(command.hotel))
    room = known(work.rooms.lock_one(command.hotel, command.room_number))
    check_version(work, room)
    return room, stays.local_day(work.now, hotel.timezone)


def _take_away(work: RoomsWork, room: Room, nights: Stay) -> None:
    if work.nights.resize([_resized(room, nights, by=-1)]):
        return
    full = work.nights.full(room.room_type_id, nights.check_in, nights.check_out)
    if full:  # none: these nights are not on sale yet, and will count the block when they are
        raise Refusal(
            "WOULD_OVERSELL",
            "Without this room more would be sold than there is.",
            nights=[night.isoformat() for night in full],
        )


def _resized(room: Room, nights: Stay, *, by: int) -> NightChange:
    return NightChange(room_type_id=room.room_type_id, first_night=nights.check_in, until=nights.check_out, by=by)


def _shown(work: RoomsWork, room: Room, *, today: date) -> RoomBlocks:
    shown = work.periods.blocks_shown(room.id, room.room_number, first=today)
    return RoomBlocks(room_number=room.room_number, blocks=shown)
