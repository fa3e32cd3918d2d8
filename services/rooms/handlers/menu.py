"""The room-service menu: staff keep it, guests in house order from it."""

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import (
    AddMenuItem,
    ChangeMenuItem,
    GetMenu,
    GetMenuItem,
    Menu,
    MenuChanged,
    MenuItem,
    PricedItems,
    PriceItems,
    RemoveMenuItem,
)
from contracts.values import Permission
from services.rooms.domain import menu
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.hotels import check_own, found
from services.rooms.work import RoomsWork


def get_menu(query: GetMenu, work: RoomsWork) -> Menu:
    """A hotel's menu."""
    check_own(work.caller, query.hotel)
    hotel = found(work.hotels.get(query.hotel))
    return Menu(items=tuple(work.menus.of(hotel.slug, hotel.currency, only_available=query.only_available)))


def get_menu_item(query: GetMenuItem, work: RoomsWork) -> MenuItem:
    """One item."""
    check_own(work.caller, query.hotel)
    hotel = found(work.hotels.get(query.hotel))
    items = work.menus.among(hotel.slug, hotel.currency, (query.item_id,))
    if not items:
        raise menu.not_found()
    return items[0]


def price_items(query: PriceItems, work: RoomsWork) -> PricedItems:
    """What these cost now."""
    hotel = found(work.hotels.get(query.hotel))
    return menu.priced(query.quantities, work.menus.among(hotel.slug, hotel.currency, query.quantities))


def add_menu_item(command: AddMenuItem, work: RoomsWork) -> MenuItem:
    """Put something on the menu."""
    hotel = _kept_by(work, command.hotel)
    item = work.menus.add(hotel.slug, hotel.currency, menu.written(command, hotel.currency))
    _changed(work, hotel, item.id, "MenuItemAdded", version=1)
    return item


def change_menu_item(command: ChangeMenuItem, work: RoomsWork) -> MenuItem:
    """Change an item; what was ordered before keeps its price."""
    hotel = _kept_by(work, command.hotel)
    fields = menu.written(command, hotel.currency)
    changed = work.menus.change(hotel.slug, hotel.currency, command.item_id, fields)
    if changed is None:
        raise menu.not_found()
    item, version = changed
    _changed(work, hotel, item.id, "MenuItemChanged", version=version, why=", ".join(fields))
    return item


def remove_menu_item(command: RemoveMenuItem, work: RoomsWork) -> Nothing:
    """Take an item off the menu."""
    hotel = _kept_by(work, command.hotel)
    version = work.menus.remove(hotel.slug, command.item_id)
    if version is None:
        raise menu.not_found()
    _changed(work, hotel, command.item_id, "MenuItemRemoved", version=version + 1)
    return Nothing()


def _kept_by(work: RoomsWork, slug: str) -> Hotel:
    check_own(work.caller, slug)
    if work.caller.kind == "guest" or (work.caller.kind == "staff" and not work.caller.may(Permission.MANAGE_SETTINGS)):
        raise Refusal("PERMISSION_DENIED", "The menu needs can_manage_settings.")
    return found(work.hotels.get(slug))


def _changed(work: RoomsWork, hotel: Hotel, item_id: int, what: str, *, version: int, why: str = "") -> None:
    work.publish(MenuChanged(hotel=hotel.slug, item_id=item_id))
    work.audit(
        subject=f"menu-item/{hotel.slug}/{item_id}",
        sequence=version,
        what=what,
        by=work.caller.actor,
        from_status=None,
        to_status=None,
        why=why,
    )
