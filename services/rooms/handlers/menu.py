"""Returns a hotel's room-service menu, and prices an order. `services.rooms.handlers.nouns` changes single items."""

from contracts.rooms.menu import GetMenu, Menu, PricedItems, PriceItems
from services.rooms.domain import menu
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def get_menu(query: GetMenu, work: RoomsWork) -> Menu:
    hotel = hotel_access.own(work, query.hotel)
    return Menu(items=tuple(work.menu.of(hotel, only_available=query.only_available)))


def price_items(query: PriceItems, work: RoomsWork) -> PricedItems:
    hotel = hotel_access.existing(work.hotels.get(query.hotel))
    return menu.priced(query.quantities, work.menu.with_ids(hotel, query.quantities))
