"""A room is cleared of a guest who is not there, or whose stay could not be ended in the ordinary way."""

from datetime import timedelta

from chassis.refusal import Refusal
from contracts.rooms import ClearRoom, FindRooms, FoundRooms, RoomTaken
from services.rooms.domain.assigning import Room, Taken
from services.rooms.domain.inventory import Hold
from services.rooms.handlers.assigning import answered, finished, taken
from services.rooms.handlers.dwelling import vacate
from services.rooms.handlers.ending import release
from services.rooms.handlers.hotels import check_own
from services.rooms.handlers.seeing import known, view
from services.rooms.work import RoomsWork

# Longer than bookings takes to write down a booking for which rooms has done its part.
WRITTEN_BY_THEN = timedelta(minutes=1)


def find_rooms(query: FindRooms, work: RoomsWork) -> FoundRooms:
    """The rooms that the hotel has."""
    check_own(work.caller, query.hotel)
    return FoundRooms(
        rooms=tuple(view(room) for room in work.rooms.named(query.hotel, ids=query.ids, numbers=query.numbers))
    )


def clear_room(command: ClearRoom, work: RoomsWork) -> RoomTaken:
    """The room is to be cleaned; where the stay has ended, its nights, its hold and its room are let go of."""
    done = answered(command, work, RoomTaken)
    if done:
        return done
    check_own(work.caller, command.hotel)
    hold = work.holds.lock([command.booking_id]).get(command.booking_id)
    stay = work.periods.of_bookings([command.booking_id]).get(command.booking_id)
    seen = known(work.rooms.get(command.hotel, command.room_number))
    rooms = work.rooms.lock({seen.id, stay.room_id} if stay else {seen.id})
    _check(command, work, rooms[seen.id], stay)
    for room in rooms.values():
        if room.occupied_by == command.booking_id:
            vacate(work, room, booking_id=command.booking_id, action_id=command.action_id, note=command.note)
    if command.ended:
        _end(command, work, hold, stay)
    elif stay:
        work.periods.moved_out(stay)
    return finished(command, work, taken(known(work.rooms.get(command.hotel, command.room_number))))


def _check(command: ClearRoom, work: RoomsWork, room: Room, stay: Taken | None) -> None:
    others = room.occupied_by not in (None, command.booking_id)
    if others and not (command.ended and command.force):
        raise Refusal("ROOM_HAS_GUEST", f"Another guest lives in room {room.room_number}.")
    if command.unwritten and stay and work.periods.moved_in_since(stay, work.now - WRITTEN_BY_THEN):
        raise Refusal("ACTION_IN_PROGRESS", f"Somebody is just moving into room {room.room_number}.")


def _end(command: ClearRoom, work: RoomsWork, hold: Hold | None, stay: Taken | None) -> None:
    if stay:
        work.periods.end(stay, until=command.left_on or stay.nights.check_in, now=work.now)
    if hold and hold.live:
        kept, freed = release(work, hold, from_on=command.left_on)
        work.holds.put({hold.booking_id: kept})
        if not work.nights.shift(freed):
            raise RuntimeError("nights that were held are not on the counters")
