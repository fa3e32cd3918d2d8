"""A room's turnover, and looking at rooms."""

from datetime import date

from chassis.refusal import Refusal
from contracts.rooms import (
    ChangeRoomStatus,
    ChangeSource,
    GetRoom,
    GetRoomHistory,
    ListRooms,
    RoomHistory,
    RoomList,
    RoomStatus,
    RoomStatusChanged,
    RoomView,
)
from contracts.values import Stay
from services.rooms.domain import stays, turnover
from services.rooms.domain.assigning import Room, overlap
from services.rooms.domain.inventory import NightChange
from services.rooms.handlers.hotels import check_own, found
from services.rooms.lifecycle import LIFECYCLE, Act
from services.rooms.work import RoomsWork

DIRTY_NO_MORE = (RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST)


def list_rooms(query: ListRooms, work: RoomsWork) -> RoomList:
    """A page of the hotel's rooms."""
    check_own(work.caller, query.hotel)
    count, rooms = work.rooms.page(query.hotel, search=query.search, status=query.status, page=query.page)
    if not count:
        found(work.hotels.get(query.hotel))
    return RoomList(count=count, results=tuple(view(room) for room in rooms))


def get_room(query: GetRoom, work: RoomsWork) -> RoomView:
    """One room."""
    check_own(work.caller, query.hotel)
    return view(known(work.rooms.get(query.hotel, query.room_number)))


def get_room_history(query: GetRoomHistory, work: RoomsWork) -> RoomHistory:
    """Who changed the room, newest first."""
    check_own(work.caller, query.hotel)
    room = known(work.rooms.get(query.hotel, query.room_number))
    return RoomHistory(room_number=room.room_number, changes=work.rooms.trail(room))


def change_room_status(command: ChangeRoomStatus, work: RoomsWork) -> RoomView:
    """Move a room along its turnover; the same status again changes nothing."""
    check_own(work.caller, command.hotel)
    hotel = found(work.hotels.share(command.hotel))
    room = known(work.rooms.lock_one(command.hotel, command.room_number))
    if work.context.if_match not in (None, room.version):
        raise Refusal("VERSION_MISMATCH", "The room has changed since you looked at it.", version=room.version)
    if room.status is command.to_status:
        return view(room)
    today = stays.local_day(work.now, hotel.timezone)
    act = turnover.act_between(room.status, command.to_status, only_from=command.only_from)
    turnover.check(act, work.caller, note=command.note, until=command.until, today=today)
    source = turnover.source_of(act, work.caller)
    turn(work, room, act, source=source, note=command.note)
    if room.status is RoomStatus.OUT_OF_ORDER:
        _unblock(work, room, today=today)
    if command.until and command.to_status is RoomStatus.OUT_OF_ORDER:
        _block(work, room, Stay(today, command.until), reason=command.note)
    return view(known(work.rooms.get(command.hotel, command.room_number)))


def turn(
    work: RoomsWork, room: Room, act: type[Act], *, source: ChangeSource, note: str = "", occupied_by: str | None = None
) -> RoomStatus:
    """Record what was done to a room: its row, its trail, its event. The status that follows."""
    status = LIFECYCLE.after(room.status, act)
    version = work.rooms.turn(
        room,
        status=status,
        occupied_by=occupied_by,
        cleaned_at=work.now if act.cleans else None,
        inspected_at=work.now if act.inspects else None,
    )
    if status in DIRTY_NO_MORE:
        work.rooms.close_task(room, now=work.now)
    turned = RoomStatusChanged(
        hotel=room.hotel,
        room_number=room.room_number,
        old_status=room.status,
        new_status=status,
        source=source,
        by=work.caller.actor,
        changed_at=work.now,
    )
    work.record_turn(room, turned=turned, version=version, note=note)
    return status


def _block(work: RoomsWork, room: Room, nights: Stay, *, reason: str) -> None:
    conflicts = [taken.booking_id for taken in work.periods.on_nights(room.id, nights) if taken.booking_id]
    if conflicts:
        raise overlap(room.room_number, conflicts)
    work.periods.block(room.id, room.room_number, nights=nights, reason=reason, now=work.now)
    if not work.nights.resize([_resized(room, nights, by=-1)]):
        full = work.nights.full(room.room_type_id, nights.check_in, nights.check_out)
        raise Refusal(
            "WOULD_OVERSELL",
            "Without this room more would be sold than there is.",
            nights=[night.isoformat() for night in full],
        )


def _unblock(work: RoomsWork, room: Room, *, today: date) -> None:
    blocks = [block for block in work.periods.blocks(room.id) if block.nights.check_in <= today]
    for block in blocks:
        work.periods.end(block, until=today, now=work.now)
    left = [Stay(today, block.nights.check_out) for block in blocks if block.nights.check_out > today]
    work.nights.resize([_resized(room, nights, by=1) for nights in left])


def _resized(room: Room, nights: Stay, *, by: int) -> NightChange:
    return NightChange(room_type_id=room.room_type_id, first_night=nights.check_in, until=nights.check_out, by=by)


def known(room: Room | None) -> Room:
    """The room; refused `ROOM_NOT_FOUND`."""
    if room is None:
        raise Refusal("ROOM_NOT_FOUND", "The hotel has no such room.")
    return room


def view(room: Room) -> RoomView:
    """A room as staff see it."""
    return RoomView(
        id=room.id,
        room_number=room.room_number,
        room_type=room.type_name,
        room_type_code=room.type_code,
        room_status=room.status,
        is_occupied=room.status is RoomStatus.OCCUPIED,
        is_active=room.is_active,
        floor=room.floor,
        notes=room.notes,
        last_cleaned_at=room.last_cleaned_at,
        last_inspected_at=room.last_inspected_at,
        current_booking_id=room.occupied_by,
        version=room.version,
    )
