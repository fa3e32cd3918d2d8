"""The menu of a hotel: items are added, changed, removed, listed and priced."""

from typing import Any

from contracts.rooms.menu import (
    AddMenuItem,
    ChangeMenuItem,
    GetMenu,
    GetMenuItem,
    MenuChanged,
    MenuItem,
    PricedItem,
    PriceItems,
    RemoveMenuItem,
)
from contracts.values import Caller, Money, Permission
from tests.interface.rooms.catalogue_asks import manager
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, staff


def adding(service: RoomsUnderTest, name: str = "Soup", **values: Any) -> AddMenuItem:
    return AddMenuItem(**({"hotel": service.hotel, "name": name, "price": "6.50", "category": "Lunch"} | values))


def added(service: RoomsUnderTest, name: str = "Soup", **values: Any) -> MenuItem:
    return service.ask(adding(service, name, **values), caller=manager(service))


def names(service: RoomsUnderTest, **params: Any) -> list[str]:
    return [item.name for item in service.ask(GetMenu(hotel=service.hotel, **params), caller=Caller()).items]


def trail(service: RoomsUnderTest, item: MenuItem) -> list[tuple[Any, ...]]:
    rows = service.rows(
        "SELECT sequence, what, by ->> 'id', from_status, to_status, why FROM audit WHERE subject = :s ORDER BY 1",
        s=f"menu-item/{service.hotel}/{item.id}",
    )
    return [tuple(row) for row in rows]


def test_an_item_is_added_changed_and_removed(service: RoomsUnderTest) -> None:
    item = added(service, " Soup ", description="of the day")
    one = GetMenuItem(hotel=service.hotel, item_id=item.id)
    change = ChangeMenuItem(hotel=service.hotel, item_id=item.id, price="7.00", is_available=False)

    assert item == MenuItem(
        id=item.id, name="Soup", description="of the day", category="Lunch", price=Money(650, "EUR"), is_available=True
    )
    assert service.ask(one, caller=Caller()) == item
    changed = service.ask(change, caller=manager(service))
    assert (changed.name, changed.price, changed.is_available) == ("Soup", Money(700, "EUR"), False)
    assert service.ask(one) == service.ask(change, caller=manager(service)) == changed
    service.ask(RemoveMenuItem(hotel=service.hotel, item_id=item.id), caller=manager(service))

    assert service.refusal(one).code == "MENU_ITEM_NOT_FOUND"
    assert trail(service, item) == [
        (1, "MenuItemAdded", "7", None, None, ""),
        (2, "MenuItemChanged", "7", None, None, "price, is_available"),
        (3, "MenuItemRemoved", "7", None, None, ""),
    ]
    assert service.events(MenuChanged) == [MenuChanged(hotel=service.hotel, item_id=item.id)] * 3


def test_the_menu_is_ordered_by_category_and_name(service: RoomsUnderTest) -> None:
    for name, category, is_available in (("Tea", "Drinks", True), ("Soup", "Lunch", True), ("Cola", "Drinks", False)):
        added(service, name, category=category, is_available=is_available)

    assert names(service) == ["Cola", "Tea", "Soup"]
    assert names(service, only_available=True) == ["Tea", "Soup"]


def test_an_order_has_the_current_prices_and_only_available_items(service: RoomsUnderTest) -> None:
    soup, tea = added(service), added(service, "Tea", price="2.00")
    order = PriceItems(hotel=service.hotel, quantities={tea.id: 2, soup.id: 1})

    assert service.ask(order).items == (PricedItem(item=tea, quantity=2), PricedItem(item=soup, quantity=1))
    service.ask(ChangeMenuItem(hotel=service.hotel, item_id=soup.id, price="7.00", is_available=True))
    assert [priced.item.price.text for priced in service.ask(order).items] == ["2.00", "7.00"]
    service.ask(ChangeMenuItem(hotel=service.hotel, item_id=tea.id, is_available=False))
    refused = service.refusal(order)
    assert (refused.code, refused.details["item_id"]) == ("MENU_ITEM_UNAVAILABLE", tea.id)
    unknown = PriceItems(hotel=service.hotel, quantities={soup.id: 1, 10**12: 1})
    assert service.refusal(unknown).code == "MENU_ITEM_NOT_FOUND"
    assert service.refusal(PriceItems(hotel="nowhere", quantities={soup.id: 1})).code == "HOTEL_NOT_FOUND"


def test_an_item_of_another_hotel_is_not_on_the_menu(service: RoomsUnderTest) -> None:
    item = added(service)
    service.import_hotel(currency="JPY")
    of_item = {"hotel": service.hotel, "item_id": item.id}
    asks = [
        GetMenuItem(**of_item),
        ChangeMenuItem(**of_item, name="Stew"),
        RemoveMenuItem(**of_item),
        PriceItems(hotel=service.hotel, quantities={item.id: 1}),
    ]

    assert {service.refusal(ask).code for ask in asks} == {"MENU_ITEM_NOT_FOUND"}
    assert names(service) == []
    assert added(service, price="650").price == Money(650, "JPY")


def test_a_change_of_the_menu_needs_the_permission_and_valid_fields(service: RoomsUnderTest) -> None:
    item = added(service)
    of_item = {"hotel": service.hotel, "item_id": item.id}
    changes = [adding(service), ChangeMenuItem(**of_item, price="7.00"), RemoveMenuItem(**of_item)]
    clerk = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(Permission))
    invalid = adding(service, " ", price="6.505", category="x" * 51)

    for caller, code in ((clerk, "PERMISSION_DENIED"), (stranger, "HOTEL_NOT_FOUND")):
        assert {service.refusal(change, caller=caller).code for change in changes} == {code}
    assert service.refusal(GetMenu(hotel=service.hotel), caller=stranger).code == "HOTEL_NOT_FOUND"
    refused = service.refusal(invalid, caller=manager(service))
    assert (refused.code, {error["field"] for error in refused.errors}) == (
        "VALIDATION_ERROR", {"name", "price", "category"},
    )  # fmt: skip
    assert (names(service), len(trail(service, item))) == (["Soup"], 1)
