"""The directory of hotels, and a hotel's public page."""

from contracts.rooms.hotels import GetHotel, HotelPage, Hotels, ListHotels
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def list_hotels(_: ListHotels, work: RoomsWork) -> Hotels:
    """Every hotel, ordered by name."""
    return Hotels(hotels=tuple(hotel.public_page for hotel in work.hotels.all()))


def get_hotel(query: GetHotel, work: RoomsWork) -> HotelPage:
    return hotel_access.existing(work.hotels.get(query.hotel)).public_page
