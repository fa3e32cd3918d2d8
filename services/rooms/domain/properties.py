"""Whether a property file makes sense, and what of it differs from the hotel that is already there."""

import re
from collections.abc import Iterator
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.refusal import Refusal
from contracts.rooms import HotelDefinition, PromotionDefinition
from contracts.values import HotelSettings, Money, from_major, rounded
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.pricing import Promotion

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RESERVED_SLUGS = {"hotel", "hotels", "login", "logout", "me", "room-bookings"}
ROOM_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
RESERVED_NUMBERS = {"checkout", "rooms", "availability", "check-in"}
WALL_TIMES = (
    "approval_cutoff_time",
    "check_in_time",
    "early_checkin_from",
    "late_arrival_cutoff",
    "standard_checkout_time",
)
PAGE_FIELDS = (
    "email",
    "phone",
    "address",
    "tagline",
    "short_description",
    "long_description",
    "hero_image",
    "gallery",
    "amenities",
    "theme",
)


def check(definition: HotelDefinition) -> None:
    """Refused `VALIDATION_ERROR` with every problem that the file has."""
    errors = [{"field": field, "message": message} for field, message in _problems(definition)]
    if errors:
        raise Refusal("VALIDATION_ERROR", "The property cannot be imported.", errors=errors)


def amount(text: str, currency: str) -> Money:
    """A price in major units as money that can be charged; raises `ValueError`."""
    try:
        money = from_major(text, currency)
    except InvalidOperation as problem:
        raise ValueError(f"{text} is not an amount") from problem
    if money.amount < 0 or rounded(Decimal(money.amount), currency) != money:
        raise ValueError(f"{text} {currency} cannot be charged")
    return money


def promotion(definition: PromotionDefinition, *, currency: str, room_type_id: int | None) -> Promotion:
    """A promotion as the file gives it; raises `ValueError`."""
    fixed = definition.kind == "FIXED"
    value = Decimal(amount(definition.value, currency).amount) if fixed else Decimal(definition.value)
    return Promotion(
        code=definition.code.upper(),
        kind=definition.kind,
        value=value,
        starts_on=definition.starts_on,
        ends_on=definition.ends_on,
        room_type_id=room_type_id,
        min_nights=definition.min_nights,
        max_nights=definition.max_nights,
    )


def page_of(definition: HotelDefinition) -> dict[str, Any]:
    """The texts of the hotel's page."""
    return {
        field: list(value) if isinstance(value := getattr(definition, field), tuple) else value for field in PAGE_FIELDS
    }


def changed_fields(hotel: Hotel, definition: HotelDefinition) -> tuple[str, ...]:
    """The names of what the file says differently; a hotel's currency stays what it is."""
    if hotel.currency != definition.currency:
        raise Refusal(
            "VALIDATION_ERROR",
            "A hotel's currency cannot change.",
            errors=[{"field": "currency", "message": f"is {hotel.currency}"}],
        )
    page = page_of(definition)
    changed = [field for field in PAGE_FIELDS if page[field] != hotel.page.get(field)]
    own = ("name", "code", "timezone", "tax_percent", "policy", "wifi")
    changed += [field for field in own if getattr(hotel, field) != getattr(definition, field)]
    changed += [
        field
        for field in HotelSettings.__dataclass_fields__
        if getattr(hotel.settings, field) != getattr(definition.settings, field)
    ]
    return tuple(changed)


def _problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    slug = definition.slug
    if not SLUG.fullmatch(slug) or len(slug) > 50 or slug.endswith("-public") or slug in RESERVED_SLUGS:
        yield "slug", f"{slug!r} is not a slug"
    if not re.fullmatch(r"[A-Z]{3}", definition.code):
        yield "code", "must be three capital letters"
    if not re.fullmatch(r"[A-Z]{3}", definition.currency):
        yield "currency", "must be an ISO 4217 code"
    try:
        ZoneInfo(definition.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "timezone", f"{definition.timezone!r} is not an IANA time zone"
    if definition.tax_percent < 0:
        yield "tax_percent", "must not be negative"
    for name in WALL_TIMES:
        try:
            time.fromisoformat(getattr(definition.settings, name))
        except ValueError:
            yield f"settings.{name}", "must be HH:MM"
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
            if not ROOM_NUMBER.fullmatch(number) or number.lower() in RESERVED_NUMBERS:
                yield f"{where}.rooms", f"{number!r} is not a room number"
            if number in numbers:
                yield f"{where}.rooms", f"{number} is there twice"
            numbers.add(number)


def _promotion_problems(definition: HotelDefinition) -> Iterator[tuple[str, str]]:
    codes = {room_type.code for room_type in definition.room_types}
    for given in definition.promotions:
        where = f"promotions.{given.code}"
        if given.kind not in ("PERCENT", "FIXED"):
            yield f"{where}.kind", "must be PERCENT or FIXED"
            continue
        if given.room_type is not None and given.room_type not in codes:
            yield f"{where}.room_type", "is not a room type of the hotel"
        try:
            value = promotion(given, currency=definition.currency, room_type_id=None).value
        except (ValueError, InvalidOperation):
            yield f"{where}.value", "is not an amount"
            continue
        if value < 0 or (given.kind == "PERCENT" and value > 100):
            yield f"{where}.value", "must be 0 to 100 percent, or an amount"
