"""The directory and a hotel's own page."""

from chassis.refusal import Refusal
from contracts.rooms import GetHotel, HotelPage, Hotels, ListHotels
from contracts.values import Caller
from services.rooms.domain.hotels import Hotel
from services.rooms.work import RoomsWork


def list_hotels(_: ListHotels, work: RoomsWork) -> Hotels:
    """Every hotel, by name."""
    return Hotels(hotels=tuple(hotel.public_page for hotel in work.hotels.all()))


def get_hotel(query: GetHotel, work: RoomsWork) -> HotelPage:
    """One hotel's page."""
    return found(work.hotels.get(query.hotel)).public_page


def found(hotel: Hotel | None) -> Hotel:
    """The hotel; refused `HOTEL_NOT_FOUND`."""
    if hotel is None:
        raise no_hotel()
    return hotel


def check_own(caller: Caller, hotel: str) -> None:
    """Staff see their own hotel only; refused `HOTEL_NOT_FOUND`."""
    if caller.kind == "staff" and caller.hotel != hotel:
        raise no_hotel()


def no_hotel() -> Refusal:
    """There is none, or none that the caller may know of."""
    return Refusal("HOTEL_NOT_FOUND", "There is no such hotel.")
