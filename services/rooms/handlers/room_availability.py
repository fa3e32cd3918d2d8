"""Availability room by room, for staff."""

from collections import defaultdict

from contracts.rooms.room_availability import FindFreeRooms, FreeRoom, FreeRooms, TakenRoom
from contracts.values import Stay
from services.rooms.domain import offers, room_availability, stays
from services.rooms.domain.periods import Period
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def find_free_rooms(query: FindFreeRooms, work: RoomsWork) -> FreeRooms:
    """The free and the taken rooms of the hotel or of one room type; each taken room has its conflict."""
    hotel_access.check_own(work.caller, query.hotel)
    nights = Stay(query.check_in, query.check_out)
    stays.check_length(nights)
    hotel = hotel_access.existing(work.hotels.get(query.hotel))
    today = stays.local_day(work.now, hotel.timezone)
    stays.check_dates(nights, today=today)
    rooms = work.rooms.of_type(query.hotel, query.room_type)
    if rooms is None:
        raise offers.room_type_not_found()
    periods: defaultdict[int, list[Period]] = defaultdict(list)
    for period in work.periods.from_night(query.hotel, nights.check_in):
        periods[period.room_id].append(period)
    results = [
        room_availability.availability_of(
            room, nights, periods[room.id], today=today, exclude_booking=query.exclude_booking
        )
        for room in rooms
    ]
    return FreeRooms(
        available_rooms=tuple(room for room in results if isinstance(room, FreeRoom)),
        unavailable_rooms=tuple(room for room in results if isinstance(room, TakenRoom)),
    )
