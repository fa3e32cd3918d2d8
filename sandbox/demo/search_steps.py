"""The guest's first steps: availability and price."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from contracts.values import from_major
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import expect, expect_fields, expect_that

TYPE_FIELDS = (
    "room_type_code",
    "room_type_name",
    "available_units",
    "is_available",
    "can_accommodate",
    "max_occupancy",
    "price_from",
    "currency",
)


def stay_params(room_type: str, *, check_in: date, nights: int = 1) -> dict[str, Any]:
    """The request fields of a stay for two adults."""
    check_out = check_in + timedelta(days=nights)
    return {
        "room_type_code": room_type,
        "check_in": str(check_in),
        "check_out": str(check_out),
        "adults": 2,
        "children": 0,
    }


def units_left(demo: DemoContext, room_type: str, *, check_in: date, check_out: date) -> int:
    """The number of available rooms of a type, from the public availability."""
    params = {"check_in": str(check_in), "check_out": str(check_out)}
    answer = demo.visitor().send("GET", f"{demo.public_path}/availability/", params=params).body
    [row] = [each for each in answer["room_types"] if each["room_type_code"] == room_type]
    return int(row["available_units"])


def search_availability(demo: DemoContext, *, check_in: date, nights: int, adults: int = 2) -> dict[str, Any]:
    """The guest searches availability and chooses the first suitable room type."""
    params = {"check_in": str(check_in), "check_out": str(check_in + timedelta(days=nights)), "adults": str(adults)}
    answer = demo.visitor().call("GET", f"{demo.public_path}/availability/", params=params).body
    for each in answer["room_types"]:
        expect_fields("a room type's availability", each, TYPE_FIELDS)
    fitting = [each for each in answer["room_types"] if each["is_available"] and each["can_accommodate"]]
    expect_that("a suitable room type is available", fitting, actual=answer["room_types"])
    row: dict[str, Any] = fitting[0]
    left, price = row["available_units"], f"{row['currency']} {row['price_from']}"
    demo.transcript.line("guest", f"chooses {row['room_type_name']}", f"{left} left, from {price}")
    return row


def request_quote(demo: DemoContext, stay: Mapping[str, Any]) -> dict[str, Any]:
    """The guest gets a quote: valid for half an hour, with a consistent breakdown."""
    params = {name: stay[name] for name in ("room_type_code", "check_in", "check_out", "adults", "children")}
    quote: dict[str, Any] = demo.visitor().call("POST", f"{demo.public_path}/pricing/quote/", body=params).body
    money = {name: from_major(quote[name], quote["currency"]) for name in ("subtotal", "discount", "taxes", "total")}
    expect("the quote adds up", money["subtotal"] - money["discount"] + money["taxes"], money["total"])
    expect("every night has a price", len(quote["breakdown"]), quote["nights"])
    expect_fields("a quote", quote, ("quote_id", "valid_until", "policy_text"))
    return quote
