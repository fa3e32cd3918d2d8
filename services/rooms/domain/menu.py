"""What may stand on a menu, and what may be ordered from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms import AddMenuItem, ChangeMenuItem, MenuItem, PricedItem, PricedItems
from services.rooms.domain.amounts import amount

LONGEST = {"name": 100, "description": 500, "category": 50}


def written(command: AddMenuItem | ChangeMenuItem, currency: str) -> dict[str, Any]:
    """The fields that the command gives, as they are stored; the price in minor units. Refused `VALIDATION_ERROR`."""
    given = {name: getattr(command, name) for name in (*LONGEST, "is_available")}
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    fields = {name: value for name, value in fields.items() if value is not None}
    errors = [
        {"field": name, "message": f"at most {longest} characters"}
        for name, longest in LONGEST.items()
        if len(fields.get(name, "")) > longest
    ]
    if fields.get("name") == "":
        errors.append({"field": "name", "message": "must not be empty"})
    if command.price is not None:
        try:
            fields["price"] = amount(command.price, currency).amount
        except ValueError as problem:
            errors.append({"field": "price", "message": str(problem)})
    if errors:
        raise Refusal("VALIDATION_ERROR", "This cannot stand on the menu so.", errors=errors)
    return fields


def priced(quantities: Mapping[int, int], found: Sequence[MenuItem]) -> PricedItems:
    """These many of each at the menu's prices. Refused `MENU_ITEM_NOT_FOUND`, `MENU_ITEM_UNAVAILABLE`."""
    known = {item.id: item for item in found}
    for item_id in quantities:
        if item_id not in known:
            raise not_found()
        if not known[item_id].is_available:
            raise Refusal("MENU_ITEM_UNAVAILABLE", "Something of this cannot be had at the moment.", item_id=item_id)
    return PricedItems(items=tuple(PricedItem(item=known[key], quantity=many) for key, many in quantities.items()))


def not_found() -> Refusal:
    """What everyone is told of an item that is not on this hotel's menu."""
    return Refusal("MENU_ITEM_NOT_FOUND", "This is not on the menu.")
