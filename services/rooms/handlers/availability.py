"""Availability by room type."""

from contracts.rooms.availability import Availability, CheckAvailability
from contracts.values import Stay
from services.rooms.domain import availability, stays
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def check_availability(query: CheckAvailability, work: RoomsWork) -> Availability:
    stay = Stay(query.check_in, query.check_out)
    stays.check_length(stay)
    stays.check_party(query.adults, query.children)
    left = work.availability.left(query.hotel, stay)
    if left is None:
        raise hotel_access.no_hotel()
    stays.check_dates(stay, today=stays.local_day(work.now, left.timezone))
    return availability.availability(left, stay, hotel=query.hotel, guests=query.adults + query.children)
