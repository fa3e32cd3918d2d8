"""Which of a hotel's rooms could be had on some nights."""

from collections import defaultdict

from chassis.refusal import Refusal
from contracts.rooms import FindFreeRooms, FreeRoom, FreeRooms, TakenRoom
from contracts.values import Stay
from services.rooms.domain import searching, stays
from services.rooms.domain.assigning import Taken
from services.rooms.handlers.hotels import check_own, found
from services.rooms.work import RoomsWork


def find_free_rooms(query: FindFreeRooms, work: RoomsWork) -> FreeRooms:
    """Every room of the hotel, or of one type, as free or with what is in the way."""
    check_own(work.caller, query.hotel)
    nights = Stay(query.check_in, query.check_out)
    stays.check_length(nights)
    today = stays.local_day(work.now, found(work.hotels.get(query.hotel)).timezone)
    stays.check_dates(nights, today=today)
    rooms = work.rooms.of_type(query.hotel, query.room_type)
    if rooms is None:
        raise Refusal("ROOM_TYPE_NOT_FOUND", "The hotel has no such room type.")
    taken: defaultdict[int, list[Taken]] = defaultdict(list)
    for one in work.periods.from_night(query.hotel, nights.check_in):
        taken[one.room_id].append(one)
    judged = [
        searching.judged(room, nights, taken[room.id], today=today, besides=query.exclude_booking) for room in rooms
    ]
    return FreeRooms(
        available_rooms=tuple(room for room in judged if isinstance(room, FreeRoom)),
        unavailable_rooms=tuple(room for room in judged if isinstance(room, TakenRoom)),
    )
