"""Lists, begins and ends blocks of a room. The capacity changes in the same transaction."""

from datetime import date

from contracts.rooms.blocks import BlockRoom, ListBlocks, RoomBlock, RoomBlocks, UnblockRoom
from contracts.values import Stay
from services.rooms.domain import blocks as rules
from services.rooms.domain import stays
from services.rooms.domain.rooms import Room
from services.rooms.steps import blocks, hotel_access, room_access
from services.rooms.work import RoomsWork


def list_blocks(query: ListBlocks, work: RoomsWork) -> RoomBlocks:
    """The room's current and future blocks."""
    hotel = hotel_access.own(work, query.hotel)
    room = room_access.read(work, query.hotel, query.room_number)
    return _view(work, room, today=stays.local_day(work.now, hotel.timezone))


def block_room(command: BlockRoom, work: RoomsWork) -> RoomBlock:
    hotel_access.check_own(work.caller, command.hotel)
    rules.check_permission(work.caller)
    room, today = room_access.lock_in_own_hotel(work, command.hotel, command.room_number)
    nights = Stay(command.starts_on or today, command.until)
    rules.check_nights(nights, today=today)
    block_id = blocks.begin(work, room, nights, reason=command.reason, today=today)
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
    """End the block with the command's id, or all blocks on the command's nights; returns the remaining blocks."""
    hotel_access.check_own(work.caller, command.hotel)
    rules.check_permission(work.caller)
    room, today = room_access.lock_in_own_hotel(work, command.hotel, command.room_number)
    chosen = rules.chosen(
        work.periods.blocks(room, first=today),
        block_id=command.block_id,
        first=command.starts_on,
        until=command.until,
    )
    blocks.end(work, room, chosen, today=today)
    return _view(work, room, today=today)


def _view(work: RoomsWork, room: Room, *, today: date) -> RoomBlocks:
    views = work.periods.block_views(room, first=today)
    return RoomBlocks(room_number=room.room_number, blocks=views)
