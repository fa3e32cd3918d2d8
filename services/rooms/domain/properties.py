"""Whether a property file makes sense, and what it says of the hotel."""

import re
from collections.abc import Iterator
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms import HotelDefinition
from services.rooms.domain import policies, promotions, settings
from services.rooms.domain.amending import check as check_no
from services.rooms.domain.amounts import amount
from services.rooms.domain.hotels import OWN_FIELDS, PAGE_FIELDS, SETTINGS_FIELDS, Hotel
from services.rooms.domain.policies import STANDARD

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_SLUGS = {"hotel", "hotels", "login", "logout", "me", "room-bookings"}
ROOM_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
RESERVED_NUMBERS = {"checkout", "rooms", "availability", "check-in"}


def check(definition: HotelDefinition) -> None:
    """Refused `VALIDATION_ERROR` with every problem that the file has."""
    check_no(_problems(definition), message="The property cannot be imported.")


def check_currency(hotel: Hotel, definition: HotelDefinition) -> None:
    """Refused `VALIDATION_ERROR`: a hotel's currency stays what it is."""
    if hotel.currency != definition.currency:
        raise Refusal(
            "VALIDATION_ERROR",
            "A hotel's currency cannot change.",
            errors=[{"field": "currency", "message": f"is {hotel.currency}"}],
        )


def said(definition: HotelDefinition) -> dict[str, Any]:
    """What the file says of the hotel itself, by field."""
    return {
        **{name: getattr(definition, name) for name in (*OWN_FIELDS, *PAGE_FIELDS)},
        **{name: getattr(definition.settings, name) for name in SETTINGS_FIELDS},
    }


def new_hotel(definition: HotelDefinition) -> Hotel:
    """The hotel as the file gives it."""
    facts = said(definition)
    own = {name: facts.pop(name) for name in OWN_FIELDS}
    empty = Hotel(
        slug=definition.slug,
        currency=definition.currency,
        page={},
        settings=definition.settings,
        policy_code=STANDARD,
        version=1,
        **own,
    )
    return empty.with_facts(facts)


def is_room_number(text: str) -> bool:
    """Whether a room may be called that."""
    return bool(ROOM_NUMBER.fullmatch(text)) and text.lower() not in RESERVED_NUMBERS


def _problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    slug = definition.slug
    if not SLUG.fullmatch(slug) or len(slug) > 50 or slug.endswith("-public") or slug in RESERVED_SLUGS:
        yield "slug", f"{slug!r} is not a slug"
    if not re.fullmatch(r"[A-Z]{3}", definition.code):
        yield "code", "must be three capital letters"
    if not re.fullmatch(r"[A-Z]{3}", definition.currency):
        yield "currency", "must be an ISO 4217 code"
    yield from settings.own_problems(
        name=definition.name, timezone=definition.timezone, tax_percent=definition.tax_percent
    )
    yield from ((f"settings.{field}", wrong) for field, wrong in settings.problems(definition.settings))
    policy = policies.definition(
        definition.policy, code=STANDARD, name=STANDARD, currency=definition.currency, is_standard=True
    )
    yield from ((f"policy.{field}", wrong) for field, wrong in policies.problems(policy, currency=definition.currency))
    yield from _type_problems(definition)
    yield from _promotion_problems(definition)


def _type_problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    codes: set[str] = set()
    numbers: set[str] = set()
    for room_type in definition.room_types:
        where = f"room_types.{room_type.code}"
        if room_type.code in codes:
            yield where, "is there twice"
        codes.add(room_type.code)
        if room_type.max_occupancy < 1:
            yield f"{where}.max_occupancy", "must be at least 1"
        try:
            amount(room_type.base_price, definition.currency)
        except ValueError as problem:
            yield f"{where}.base_price", str(problem)
        for number in room_type.rooms:
            if not is_room_number(number):
                yield f"{where}.rooms", f"{number!r} is not a room number"
            if number in numbers:
                yield f"{where}.rooms", f"{number} is there twice"
            numbers.add(number)


def _promotion_problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    codes = {room_type.code for room_type in definition.room_types}
    for given in definition.promotions:
        where = f"promotions.{given.code}"
        if given.room_type is not None and given.room_type not in codes:
            yield f"{where}.room_type", "is not a room type of the hotel"
        for field, wrong in promotions.problems(given, currency=definition.currency):
            yield f"{where}.{field}", wrong
