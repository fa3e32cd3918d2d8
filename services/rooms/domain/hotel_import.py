"""Checks a property file, and makes the hotel that the file describes."""

import re
from collections.abc import Iterator
from typing import Any

from chassis.text import text_problem
from contracts.fields import NAME
from contracts.rooms.hotel_import import HotelDefinition
from services.rooms.domain import policies, promotions, settings, validation
from services.rooms.domain.amounts import amount_problems
from services.rooms.domain.hotels import OWN_FIELDS, PAGE_FIELDS, SETTINGS_FIELDS, Hotel
from services.rooms.domain.policies import STANDARD
from services.rooms.domain.rooms import is_room_number

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_SLUGS = {"hotel", "hotels", "login", "logout", "me", "room-bookings"}


def check(definition: HotelDefinition) -> None:
    """Check the property file. Refused `VALIDATION_ERROR` with every problem of the file."""
    validation.check(_problems(definition), message="The property cannot be imported.")


def check_currency(hotel: Hotel, definition: HotelDefinition) -> None:
    """Check that the file has the hotel's currency. Refused `VALIDATION_ERROR`."""
    if hotel.currency != definition.currency:
        validation.check([("currency", f"is {hotel.currency}")], message="A hotel's currency cannot change.")


def hotel_values(definition: HotelDefinition) -> dict[str, Any]:
    """The file's values for the fields of the hotel and of its settings, keyed by field."""
    return {
        **{name: getattr(definition, name) for name in (*OWN_FIELDS, *PAGE_FIELDS)},
        **{name: getattr(definition.settings, name) for name in SETTINGS_FIELDS},
    }


def new_hotel(definition: HotelDefinition) -> Hotel:
    """The hotel that the file describes."""
    values = hotel_values(definition)
    own = {name: values.pop(name) for name in OWN_FIELDS}
    empty = Hotel(
        slug=definition.slug,
        currency=definition.currency,
        page={},
        settings=definition.settings,
        policy_code=STANDARD,
        version=1,
        **own,
    )
    return empty.with_values(values)


def _problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    slug = definition.slug
    if not SLUG.fullmatch(slug) or len(slug) > 50 or slug.endswith("-public") or slug in RESERVED_SLUGS:
        yield "slug", f"{slug!r} is not a slug"
    if not re.fullmatch(r"[A-Z]{3}", definition.code):
        yield "code", "must be three capital letters"
    if not re.fullmatch(r"[A-Z]{3}", definition.currency):
        yield "currency", "must be an ISO 4217 code"
    yield from settings.text_problems(vars(definition))
    yield from settings.hotel_problems(timezone=definition.timezone, tax_percent=definition.tax_percent)
    own = settings.problems(definition.settings, currency=definition.currency)
    yield from ((f"settings.{field}", problem) for field, problem in own)
    policy = policies.definition(
        definition.policy, code=STANDARD, name=STANDARD, currency=definition.currency, is_standard=True
    )
    yield from (
        (f"policy.{field}", problem) for field, problem in policies.problems(policy, currency=definition.currency)
    )
    yield from _type_problems(definition)
    yield from _promotion_problems(definition)


def _type_problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    codes: set[str] = set()
    numbers: set[str] = set()
    for room_type in definition.room_types:
        where = f"room_types.{room_type.code}"
        if room_type.code in codes:
            yield where, "occurs twice"
        codes.add(room_type.code)
        if problem := text_problem(room_type.name, NAME):
            yield f"{where}.name", problem
        if room_type.max_occupancy < 1:
            yield f"{where}.max_occupancy", "must be at least 1"
        yield from amount_problems(f"{where}.base_price", room_type.base_price, definition.currency)
        for number in room_type.rooms:
            if not is_room_number(number):
                yield f"{where}.rooms", f"{number!r} is not a room number"
            if number in numbers:
                yield f"{where}.rooms", f"{number} occurs twice"
            numbers.add(number)


def _promotion_problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    codes = {room_type.code for room_type in definition.room_types}
    for given in definition.promotions:
        where = f"promotions.{given.code}"
        if given.room_type is not None and given.room_type not in codes:
            yield f"{where}.room_type", "is not a room type of the hotel"
        for field, problem in promotions.problems(given, currency=definition.currency):
            yield f"{where}.{field}", problem
