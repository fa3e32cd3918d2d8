"""The number of a hotel's rooms per night."""

from contracts.rooms.capacity import Capacity, GetCapacity, NightCapacity
from services.rooms.work import RoomsWork


def get_capacity(query: GetCapacity, work: RoomsWork) -> Capacity:
    nights = work.nights.capacity(query.hotel, query.first_night, query.until)
    return Capacity(nights=tuple(NightCapacity(night=night, rooms=rooms) for night, rooms in nights.items()))
