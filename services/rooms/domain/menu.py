"""Menu items as staff define them, and the prices of an order."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.refusal import Refusal
from chassis.text import text_problem
from contracts.fields import CATEGORY, NAME, NOTE
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, MenuItem, PricedItem, PricedItems
from services.rooms.domain.amounts import amount, amount_problems
from services.rooms.domain.definitions import amended
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.validation import check

TEXTS = {"name": NAME, "description": NOTE, "category": CATEGORY}
NEW = 0  # the id of an item that is not stored yet

NOT_FOUND = ("MENU_ITEM_NOT_FOUND", "The menu has no such item.")


def drafted(command: AddMenuItem, hotel: Hotel) -> MenuItem:
    """The item that the command adds. Refused `VALIDATION_ERROR`."""
    values = _valid(command, hotel.currency)
    return MenuItem(id=NEW, **values)


def changed(current: MenuItem, command: ChangeMenuItem, hotel: Hotel) -> MenuItem:
    """The item after the command. Refused `VALIDATION_ERROR`."""
    return amended(current, command, converted=_valid(command, hotel.currency))


def priced(quantities: Mapping[int, int], items: Sequence[MenuItem]) -> PricedItems:
    """The items of an order with their prices and quantities. `quantities` is keyed by item id.

    Refused `MENU_ITEM_NOT_FOUND`, `MENU_ITEM_UNAVAILABLE`.
    """
    by_id = {item.id: item for item in items}
    for item_id in quantities:
        if item_id not in by_id:
            raise Refusal(*NOT_FOUND)
        if not by_id[item_id].is_available:
            raise Refusal("MENU_ITEM_UNAVAILABLE", "An item of the order is not available now.", item_id=item_id)
    return PricedItems(
        items=tuple(PricedItem(item=by_id[item_id], quantity=count) for item_id, count in quantities.items())
    )


def _valid(command: AddMenuItem | ChangeMenuItem, currency: str) -> dict[str, Any]:
    """The values that the command sets, keyed by field. Texts are stripped, and the price is a `Money`.

    Refused `VALIDATION_ERROR`.
    """
    given = {name: getattr(command, name) for name in (*TEXTS, "is_available")}
    values = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    values = {name: value for name, value in values.items() if value is not None}
    problems = [
        (name, problem)
        for name, kind in TEXTS.items()
        if name in values and (problem := text_problem(values[name], kind))
    ]
    if command.price is None:
        check(problems)
        return values
    check([*problems, *amount_problems("price", command.price, currency)])
    return values | {"price": amount(command.price, currency)}
