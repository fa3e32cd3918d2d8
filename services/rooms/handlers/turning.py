"""A room's turnover: its row, its trail, its event, its cleaning task and its block change together."""

from contracts.rooms import ChangeRoomStatus, ChangeSource, MaintenancePriority, RoomStatus, RoomStatusChanged, RoomView
from contracts.values import Stay
from services.rooms.domain import stays, turnover
from services.rooms.domain.assigning import Room
from services.rooms.handlers.blocking import lay, lift
from services.rooms.handlers.following import follow
from services.rooms.handlers.hotels import check_own, found
from services.rooms.handlers.seeing import check_version, known, view
from services.rooms.lifecycle import LIFECYCLE, Act
from services.rooms.work import RoomsWork


def change_room_status(command: ChangeRoomStatus, work: RoomsWork) -> RoomView:
    """Move a room along its turnover; the same status again changes nothing."""
    check_own(work.caller, command.hotel)
    hotel = found(work.hotels.share(command.hotel))
    room = known(work.rooms.lock_one(command.hotel, command.room_number))
    check_version(work, room)
    if room.status is command.to_status:
        return view(room)
    today = stays.local_day(work.now, hotel.timezone)
    act = turnover.act_between(room.status, command.to_status, only_from=command.only_from)
    turnover.check(act, work.caller, note=command.note, until=command.until, today=today)
    source = turnover.source_of(act, work.caller)
    turn(work, room, act, source=source, note=command.note, priority=command.priority)
    if room.status is RoomStatus.OUT_OF_ORDER:
        lift(work, room, [one for one in work.periods.blocks(room.id, first=today) if one.out_of_order], today=today)
    if command.until and command.to_status is RoomStatus.OUT_OF_ORDER:
        lay(work, room, Stay(today, command.until), reason=command.note, today=today, out_of_order=True)
    return view(known(work.rooms.get(command.hotel, command.room_number)))


def turn(
    work: RoomsWork,
    room: Room,
    act: type[Act],
    *,
    source: ChangeSource,
    note: str = "",
    occupied_by: str | None = None,
    priority: MaintenancePriority | None = None,
) -> RoomStatus:
    """Record what was done to a locked room. The status that follows."""
    status = LIFECYCLE.after(room.status, act)
    priority = turnover.priority_after(act, before=room.maintenance_priority, said=priority)
    version = work.rooms.turn(
        room,
        status=status,
        occupied_by=occupied_by,
        priority=priority,
        cleaned_at=work.now if act.cleans else None,
        inspected_at=work.now if act.inspects else None,
    )
    follow(work, room, act, status)
    turned = RoomStatusChanged(
        hotel=room.hotel,
        room_number=room.room_number,
        old_status=room.status,
        new_status=status,
        source=source,
        by=work.caller.actor,
        changed_at=work.now,
        priority=priority,
    )
    work.record_turn(room, turned=turned, version=version, note=note)
    return status
