"""Products, prices and payment methods."""

from __future__ import annotations

from decimal import Decimal

from sandbox.stripe.cards import SUCCESS, Card, card_by_number, card_by_token
from sandbox.stripe.currencies import check_currency
from sandbox.stripe.errors import invalid, missing
from sandbox.stripe.metadata import merged
from sandbox.stripe.store import ApiCall, Json, StripeStore, find, new_id

_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def create_product(call: ApiCall) -> Json:
    return add_product(call.store, call.params)


def read_product(call: ApiCall) -> Json:
    return find("product", call.store.products, call.id)


def add_product(store: StripeStore, params: Json) -> Json:
    now = store.clock.now()
    product: Json = {
        "id": params.get("id") or new_id("prod"),
        "object": "product",
        "active": params.get("active", True),
        "created": now,
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": merged({}, params.get("metadata")),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": params.get("unit_label"),
        "updated": now,
        "url": None,
    }
    store.products[product["id"]] = product
    return product


def create_price(call: ApiCall) -> Json:
    params = call.params
    if "product" in params:
        find("product", call.store.products, params["product"], param="product")
    return add_price(call.store, params)


def read_price(call: ApiCall) -> Json:
    return find("price", call.store.prices, call.id)


def add_price(store: StripeStore, params: Json) -> Json:
    check_currency(params["currency"])
    amount = _unit_amount(params)
    if "product" not in params:
        if "product_data" not in params:
            raise invalid(
                "You must specify either `product` or `product_data` when creating a price.",
                code="parameter_missing",
                param="product",
            )
        params = {**params, "product": add_product(store, params["product_data"])["id"]}
    price: Json = {
        "id": new_id("price"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": store.clock.now(),
        "currency": params["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": params.get("lookup_key"),
        "metadata": merged({}, params.get("metadata")),
        "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": None,
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    store.prices[price["id"]] = price
    return price


def _unit_amount(params: Json) -> int:
    amount = params.get("unit_amount", params.get("unit_amount_decimal"))
    if amount is None:
        raise invalid("Missing required param: unit_amount.", code="parameter_missing", param="unit_amount")
    if amount != int(amount) or amount < 0:
        raise invalid(f"Invalid non-negative integer: {amount}", param="unit_amount")
    return int(Decimal(amount))


def create_payment_method(call: ApiCall) -> Json:
    params = call.params
    if params.get("type") != "card":
        raise invalid("The stand-in knows payment methods of type `card` only.", param="type")
    details = params.get("card", {})
    typed = details.get("number")
    card = card_by_number(typed) if typed else card_by_token(details.get("token", "tok_visa"))
    if card is None:
        raise missing("token", details["token"], param="card[token]")
    method = add_payment_method(call.store, card)
    billing = params.get("billing_details", {})
    address = {**_NO_ADDRESS, **billing.get("address", {})}
    method["billing_details"] |= {**billing, "address": address}
    return method


def read_payment_method(call: ApiCall) -> Json:
    return find("payment_method", call.store.payment_methods, call.id)


def payment_method(store: StripeStore, object_id: str) -> Json:
    """The payment method with this id; a predefined one such as `pm_card_visa` is created anew."""
    if object_id in store.payment_methods:
        return store.payment_methods[object_id]
    card = card_by_token(object_id) if object_id.startswith("pm_card_") else None
    if card is None:
        raise missing("payment_method", object_id, param="payment_method")
    return add_payment_method(store, card)


def add_payment_method(
    store: StripeStore, card: Card = SUCCESS, *, email: str | None = None, name: str | None = None
) -> Json:
    method: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict(_NO_ADDRESS),
            "email": email,
            "name": name,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"stand-in-{card.number}",
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": store.clock.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    store.payment_methods[method["id"]] = method
    return method


def card_of(method: Json) -> Card:
    """The test card of a payment method."""
    return card_by_number(method["card"]["fingerprint"].removeprefix("stand-in-"))
