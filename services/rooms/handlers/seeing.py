"""Looking at rooms: the list, one of them, its history."""

from chassis.refusal import Refusal
from contracts.rooms import GetRoom, GetRoomHistory, ListRooms, RoomHistory, RoomList, RoomStatus, RoomView
from services.rooms.domain.assigning import Room
from services.rooms.handlers.hotels import check_own, found
from services.rooms.work import RoomsWork


def list_rooms(query: ListRooms, work: RoomsWork) -> RoomList:
    """A page of the hotel's rooms."""
    check_own(work.caller, query.hotel)
    count, rooms = work.rooms.page(
        query.hotel,
        search=query.search,
        status=query.status,
        room_type=query.room_type,
        floor=query.floor,
        occupied=query.occupied,
        page=query.page,
    )
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
    count, changes = work.rooms.trail(room, query.page)
    return RoomHistory(room_number=room.room_number, changes=changes, count=count)


def known(room: Room | None) -> Room:
    """The room; refused `ROOM_NOT_FOUND`."""
    if room is None:
        raise Refusal("ROOM_NOT_FOUND", "The hotel has no such room.")
    return room


def check_version(work: RoomsWork, room: Room) -> None:
    """Refused `VERSION_MISMATCH` where the caller saw another version of the room."""
    if not work.context.expects(room.version):
        raise Refusal("VERSION_MISMATCH", "The room has changed since you looked at it.", version=room.version)


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
        maintenance_priority=room.maintenance_priority,
    )
