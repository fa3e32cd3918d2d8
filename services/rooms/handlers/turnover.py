"""The turnover of a room: changes of its status by staff."""

from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Stay
from services.rooms.domain import turnover
from services.rooms.domain.rooms import view
from services.rooms.steps import blocks, room_access, room_status
from services.rooms.work import RoomsWork


def change_room_status(command: ChangeRoomStatus, work: RoomsWork) -> RoomView:
    """Change a room's status and its out-of-order block; nothing changes where the room already has `to_status`."""
    room, today = room_access.lock_in_own_hotel(work, command.hotel, command.room_number)
    if room.status is command.to_status:
        return view(room)
    act = turnover.act_between(room.status, command.to_status, only_from=command.only_from)
    turnover.check(act, work.caller, note=command.note, until=command.until, today=today)
    source = turnover.source_of(act, work.caller)
    room_status.change(work, room, act, source=source, note=command.note, priority=command.priority)
    if room.status is RoomStatus.OUT_OF_ORDER:
        blocks.end(work, room, blocks.out_of_order(work, room), today=today)
    if command.until and command.to_status is RoomStatus.OUT_OF_ORDER:
        blocks.begin(work, room, Stay(today, command.until), reason=command.note, today=today, out_of_order=True)
    return view(room_access.read(work, command.hotel, command.room_number))
