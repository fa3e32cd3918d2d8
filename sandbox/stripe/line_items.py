"""The line items of a session, priced from a price or from price data."""

from __future__ import annotations

from sandbox.stripe.catalogue import add_price
from sandbox.stripe.errors import invalid
from sandbox.stripe.store import Json, StripeStore, find, new_id


def line_items(store: StripeStore, params: Json) -> list[Json]:
    """The priced items of a session's `line_items`; all must be in one currency."""
    if not params.get("line_items"):
        raise invalid("Missing required param: line_items.", param="line_items", code="parameter_missing")
    items = [_item(store, item, i) for i, item in enumerate(params["line_items"])]
    currencies = {item["currency"] for item in items}
    if len(currencies) > 1 or params.get("currency", items[0]["currency"]) not in currencies:
        raise invalid("All line items must use the session's currency.", param="currency")
    return items


def _item(store: StripeStore, item: Json, index: int) -> Json:
    where = f"line_items[{index}]"
    if ("price" in item) == ("price_data" in item):
        raise invalid("You must specify either `price` or `price_data`.", param=where)
    if "price" in item:
        price = find("price", store.prices, item["price"], param=f"{where}[price]")
    else:
        price = add_price(store, item["price_data"])
    if "quantity" not in item:
        raise invalid("Quantity is required. Add `quantity`", param=f"{where}[quantity]")
    quantity = item["quantity"]
    if quantity < 1:
        raise invalid("This value must be greater than or equal to 1.", param=f"{where}[quantity]")
    product = store.products[price["product"]]
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
