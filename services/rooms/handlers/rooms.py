"""Lists, adds, changes and removes rooms for staff. The night counters change in the same transaction."""

from dataclasses import replace

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms.rooms import (
    AddRoom,
    ChangeRoom,
    FindRooms,
    FoundRooms,
    GetRoom,
    GetRoomHistory,
    ListRooms,
    RemoveRoom,
    RoomHistory,
    RoomList,
    RoomView,
)
from contracts.values import Permission
from services.rooms.domain import rooms, stays, validation
from services.rooms.domain.definitions import amended, differing
from services.rooms.domain.mapping import mapped
from services.rooms.domain.rooms import Room, RoomDetails
from services.rooms.steps import blocks, cleaning_tasks, hotel_access, hotel_changes, room_access, room_types
from services.rooms.work import RoomsWork


def list_rooms(query: ListRooms, work: RoomsWork) -> RoomList:
    hotel_access.check_own(work.caller, query.hotel)
    count, results = work.rooms.page(query)
    if not count:
        hotel_access.existing(work.hotels.get(query.hotel))
    return RoomList(count=count, results=tuple(rooms.view(room) for room in results))


def get_room(query: GetRoom, work: RoomsWork) -> RoomView:
    hotel_access.check_own(work.caller, query.hotel)
    return rooms.view(room_access.read(work, query.hotel, query.room_number))


def get_room_history(query: GetRoomHistory, work: RoomsWork) -> RoomHistory:
    hotel_access.check_own(work.caller, query.hotel)
    room = room_access.read(work, query.hotel, query.room_number)
    count, changes = work.rooms.history(room, query.page)
    return RoomHistory(room_number=room.room_number, changes=tuple(changes), count=count)


def find_rooms(query: FindRooms, work: RoomsWork) -> FoundRooms:
    hotel_access.check_own(work.caller, query.hotel)
    named = work.rooms.named(query.hotel, ids=query.ids, numbers=query.numbers)
    return FoundRooms(rooms=tuple(rooms.view(room) for room in named))


def add_room(command: AddRoom, work: RoomsWork) -> RoomView:
    """Add a room, or bring back a removed one."""
    hotel = hotel_access.locked(work, command.hotel, Permission.MANAGE_ROOMS)
    if not rooms.is_room_number(command.room_number):
        validation.check([("room_number", "must be 1 to 10 letters and digits, and no reserved word")])
    type_id, room_type = room_types.named(work, hotel, command.room_type)
    details = RoomDetails(room_type_id=type_id, floor=command.floor, notes=command.notes, is_active=command.is_active)
    version = work.rooms.add(command.hotel, command.room_number, details)
    if version is None:
        raise Refusal("ROOM_EXISTS", f"There is a room {command.room_number}.")
    room = room_access.read(work, command.hotel, command.room_number)
    work.record_room(room.hotel, room.room_number, what="RoomAdded", version=version, status=room.status)
    if command.is_active:
        hotel_changes.publish_availability(work, hotel, room_type.code)
        hotel_changes.recount(work, hotel, [type_id])
    return rooms.view(room)


def change_room(command: ChangeRoom, work: RoomsWork) -> RoomView:
    """Change the details of a room; the same values as before change nothing."""
    hotel = hotel_access.locked(work, command.hotel, Permission.MANAGE_ROOMS)
    room = room_access.lock(work, hotel, command.room_number)
    before = mapped(RoomDetails, room)
    details = amended(before, command, clear=command.clear)
    if command.room_type is not None:
        details = replace(details, room_type_id=room_types.named(work, hotel, command.room_type)[0])
    changed = sorted(differing(before, details))
    if not changed:
        return rooms.view(room)
    changes_capacity = room.is_active and {"room_type_id", "is_active"} & set(changed)
    if changes_capacity:
        _check_unassigned(work, room)
    version = work.rooms.write(room, details)
    work.record_room(room.hotel, room.room_number, what="RoomChanged", version=version, why=", ".join(changed))
    after = room_access.read(work, command.hotel, command.room_number)
    if changes_capacity or after.is_active != room.is_active:
        hotel_changes.publish_availability(work, hotel, room.type_code, after.type_code)
        hotel_changes.recount(work, hotel, [room.room_type_id, after.room_type_id])
    return rooms.view(after)


def remove_room(command: RemoveRoom, work: RoomsWork) -> Nothing:
    """Remove a room; its history stays."""
    hotel = hotel_access.locked(work, command.hotel, Permission.MANAGE_ROOMS)
    room = room_access.lock(work, hotel, command.room_number)
    _check_unassigned(work, room)
    today = stays.local_day(work.now, hotel.timezone)
    blocks.end(work, room, work.periods.blocks(room, first=today), today=today)
    cleaning_tasks.close(work, room)
    version = work.rooms.remove(room, now=work.now)
    work.record_room(room.hotel, room.room_number, what="RoomRemoved", version=version)
    hotel_changes.publish_availability(work, hotel, room.type_code)
    hotel_changes.recount(work, hotel, [room.room_type_id])
    return Nothing()


def _check_unassigned(work: RoomsWork, room: Room) -> None:
    conflicts = work.rooms.stays(room)
    if conflicts:
        raise Refusal("ROOM_IN_USE", f"Room {room.room_number} is assigned to a booking.", conflicts=conflicts)
