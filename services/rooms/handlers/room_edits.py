"""Rooms are added, changed and removed by hand; the counters follow in the same transaction."""

from typing import Any

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import AddRoom, ChangeRoom, RemoveRoom, RoomStatus, RoomView
from contracts.values import Permission
from services.rooms.domain import properties, stays
from services.rooms.domain.amending import check
from services.rooms.domain.assigning import Room
from services.rooms.handlers.blocking import lift
from services.rooms.handlers.editing import check_version, opened, recounted, told
from services.rooms.handlers.following import close
from services.rooms.handlers.room_types import known_type
from services.rooms.handlers.seeing import known, view
from services.rooms.work import RoomsWork


def add_room(command: AddRoom, work: RoomsWork) -> RoomView:
    """There is one room more to sell, or again the one that was removed."""
    hotel = opened(work, command.hotel, Permission.MANAGE_ROOMS)
    if not properties.is_room_number(command.room_number):
        check([("room_number", "must be 1 to 10 letters and digits, and no word that addresses are made of")])
    type_id, room_type = known_type(work.room_types.named(command.hotel, command.room_type))
    version = work.room_edits.add(
        command.hotel,
        command.room_number,
        room_type_id=type_id,
        floor=command.floor,
        notes=command.notes,
        is_active=command.is_active,
    )
    if version is None:
        raise Refusal("ROOM_EXISTS", f"There is a room {command.room_number}.")
    room = known(work.rooms.get(command.hotel, command.room_number))
    work.record_room(
        command.hotel, room.room_number, status=RoomStatus(room.status), by=work.caller.actor, version=version
    )
    if command.is_active:
        told(work, hotel, room_type.code)
        recounted(work, hotel, [type_id])
    return view(room)


def change_room(command: ChangeRoom, work: RoomsWork) -> RoomView:
    """Change what the room is; what is the same already changes nothing."""
    hotel = opened(work, command.hotel, Permission.MANAGE_ROOMS)
    room = known(work.rooms.lock_one(command.hotel, command.room_number))
    check_version(work, room.version, "room")
    check((name, "must not be empty") for name in command.clear if name != "floor")
    after = _wanted(command, room, work)
    changed = sorted(name for name, value in after.items() if value != getattr(room, name))
    if not changed:
        return view(room)
    counts = room.is_active and {"room_type_id", "is_active"} & set(changed)
    if counts:
        _check_free(work, room)
    version = work.room_edits.write(room.id, **after)
    work.record_edit(room.hotel, room.room_number, what="RoomChanged", version=version, why=", ".join(changed))
    written = known(work.rooms.get(command.hotel, command.room_number))
    if counts or written.is_active != room.is_active:
        told(work, hotel, room.type_code, written.type_code)
        recounted(work, hotel, [room.room_type_id, written.room_type_id])
    return view(written)


def remove_room(command: RemoveRoom, work: RoomsWork) -> Nothing:
    """There is no such room any more; what happened in it stays."""
    hotel = opened(work, command.hotel, Permission.MANAGE_ROOMS)
    room = known(work.rooms.lock_one(command.hotel, command.room_number))
    check_version(work, room.version, "room")
    _check_free(work, room)
    today = stays.local_day(work.now, hotel.timezone)
    lift(work, room, work.periods.blocks(room.id, first=today), today=today)
    close(work, room)
    version = work.room_edits.remove(room.id, now=work.now)
    work.record_edit(room.hotel, room.room_number, what="RoomRemoved", version=version, why="")
    told(work, hotel, room.type_code)
    recounted(work, hotel, [room.room_type_id])
    return Nothing()


def _wanted(command: ChangeRoom, room: Room, work: RoomsWork) -> dict[str, Any]:
    type_id = room.room_type_id
    if command.room_type is not None:
        type_id, _ = known_type(work.room_types.named(command.hotel, command.room_type))
    floor = None if "floor" in command.clear else command.floor
    return {
        "room_type_id": type_id,
        "floor": room.floor if floor is None and "floor" not in command.clear else floor,
        "notes": room.notes if command.notes is None else command.notes,
        "is_active": room.is_active if command.is_active is None else command.is_active,
    }


def _check_free(work: RoomsWork, room: Room) -> None:
    conflicts = work.room_edits.stays(room.id)
    if conflicts:
        raise Refusal("ROOM_IN_USE", f"Room {room.room_number} is given to a booking.", conflicts=conflicts)
