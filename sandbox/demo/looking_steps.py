"""The guest's first steps: what is left, and what it costs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from contracts.values import from_major
from sandbox.demo.expecting import expect, expect_fields, expect_that
from sandbox.demo.world import World

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


def stay_of(room_type: str, *, check_in: date, nights: int = 1) -> dict[str, Any]:
    """A stay of two, as the API wants it."""
    check_out = check_in + timedelta(days=nights)
    return {
        "room_type_code": room_type,
        "check_in": str(check_in),
        "check_out": str(check_out),
        "adults": 2,
        "children": 0,
    }


def units_left(world: World, room_type: str, *, check_in: date, check_out: date) -> int:
    """How many rooms of a type the public is told are left."""
    asked = {"check_in": str(check_in), "check_out": str(check_out)}
    answer = world.visitor().send("GET", f"{world.public}/availability/", params=asked).body
    [found] = [each for each in answer["room_types"] if each["room_type_code"] == room_type]
    return int(found["available_units"])


def look_for_a_room(world: World, *, check_in: date, nights: int, adults: int = 2) -> dict[str, Any]:
    """The guest asks what is left and takes the first type that fits."""
    asked = {"check_in": str(check_in), "check_out": str(check_in + timedelta(days=nights)), "adults": str(adults)}
    answer = world.visitor().ask("GET", f"{world.public}/availability/", params=asked).body
    for each in answer["room_types"]:
        expect_fields("a room type's availability", each, TYPE_FIELDS)
    fitting = [each for each in answer["room_types"] if each["is_available"] and each["can_accommodate"]]
    expect_that("something is left that fits", fitting, seen=answer["room_types"])
    found: dict[str, Any] = fitting[0]
    left, price = found["available_units"], f"{found['currency']} {found['price_from']}"
    world.transcript.line("guest", f"likes the {found['room_type_name']}", f"{left} left, from {price}")
    return found


def ask_the_price(world: World, stay: Mapping[str, Any]) -> dict[str, Any]:
    """The guest is given a price that holds for half an hour, and that adds up."""
    asked = {name: stay[name] for name in ("room_type_code", "check_in", "check_out", "adults", "children")}
    quote: dict[str, Any] = world.visitor().ask("POST", f"{world.public}/pricing/quote/", body=asked).body
    money = {
        name: from_major(quote[name], quote["currency"]).amount for name in ("subtotal", "discount", "taxes", "total")
    }
    expect("the price adds up", money["subtotal"] - money["discount"] + money["taxes"], money["total"])
    expect("every night has its price", len(quote["breakdown"]), quote["nights"])
    expect_fields("a quote", quote, ("quote_id", "valid_until", "policy_text"))
    return quote
