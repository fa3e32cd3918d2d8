"""Hotels, what they have left, and what a stay costs."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts import rooms
from contracts.values import HotelSettings
from gateway.http.money import major


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach the hotel."""

    email: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Hotel:
    """A hotel as anyone may see it."""

    slug: str
    name: str
    tagline: str
    short_description: str
    long_description: str
    address: str
    email: str
    phone: str
    hero_image: str
    logo_image: str
    gallery: tuple[str, ...]
    amenities: tuple[str, ...]
    theme: dict[str, Any]
    check_in_time: str
    check_out_time: str
    timezone: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class HotelList:
    """The directory."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Hotel, ...]


@dataclass(frozen=True, kw_only=True)
class WiFi:
    """How guests in house get online."""

    ssid: str
    password: str


@dataclass(frozen=True, kw_only=True)
class StaffSettings(Hotel):
    """A hotel's page and how it operates. Times are hotel-local, `HH:MM`; `wifi` is null for who may not change it."""

    payment_hold_minutes: int
    approval_required: bool
    approval_sla_minutes: int
    approval_cutoff_time: str
    approval_cutoff_day_offset: int
    early_checkin_from: str
    late_arrival_cutoff: str
    standard_checkout_time: str
    late_checkout_grace_minutes: int
    room_pin_digits: int
    strict_room_type: bool
    overbooking_allowance: int
    tax_percent: Decimal
    wifi: WiFi | None
    version: int


@dataclass(frozen=True, kw_only=True)
class TypeAvailability:
    """One room type on the asked nights."""

    room_type_code: str
    room_type_name: str
    available_units: int
    is_available: bool
    can_accommodate: bool
    max_occupancy: int
    price_from: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What a hotel has left."""

    hotel: str
    check_in: date
    check_out: date
    nights: int
    adults: int
    children: int
    room_types: tuple[TypeAvailability, ...]


@dataclass(frozen=True, kw_only=True)
class NightPrice:
    """What one night costs before discount and tax."""

    date: date
    price: str


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A price that a booking made before `valid_until` keeps."""

    quote_id: str
    hotel: str
    room_type_code: str
    room_type_name: str
    check_in: date
    check_out: date
    nights: int
    breakdown: tuple[NightPrice, ...]
    subtotal: str
    discount: str
    taxes: str
    tax_percent: Decimal
    total: str
    currency: str
    promo_code: str | None
    policy_text: str
    valid_until: datetime


def _page_fields(page: rooms.HotelPage) -> dict[str, Any]:
    card = page.card
    return {
        **{name: getattr(card, name) for name in ("slug", "name", "address", "email", "phone", "timezone", "currency")},
        **{each.name: getattr(page, each.name) for each in fields(page) if each.name != "card"},
    }


def hotel(page: rooms.HotelPage) -> Hotel:
    """A hotel's public page."""
    return Hotel(**_page_fields(page))


def staff_settings(found: rooms.OperatingSettings) -> StaffSettings:
    """Page and operating settings together, for its staff."""
    operating = {each.name: getattr(found.settings, each.name) for each in fields(HotelSettings)}
    wifi = WiFi(ssid=found.wifi.ssid, password=found.wifi.password) if found.wifi else None
    return StaffSettings(
        **{**_page_fields(found.page), **operating}, tax_percent=found.tax_percent, wifi=wifi, version=found.version
    )


def availability(found: rooms.Availability, *, adults: int, children: int) -> Availability:
    """What is left, with prices as strings."""
    return Availability(
        hotel=found.hotel,
        check_in=found.check_in,
        check_out=found.check_out,
        nights=found.nights,
        adults=adults,
        children=children,
        room_types=tuple(
            TypeAvailability(**{**vars(one), "price_from": major(one.price_from)}) for one in found.room_types
        ),
    )


def quote(given: rooms.Quote) -> Quote:
    """A quote, its amounts as strings."""
    price = given.price
    return Quote(
        quote_id=given.quote_id,
        hotel=given.hotel,
        room_type_code=given.room_type_code,
        room_type_name=given.room_type_name,
        check_in=given.check_in,
        check_out=given.check_out,
        nights=given.nights,
        breakdown=tuple(
            NightPrice(date=night, price=major(cost)) for night, cost in zip(given.dates, price.nights, strict=True)
        ),
        subtotal=major(price.subtotal),
        discount=major(price.discount),
        taxes=major(price.tax),
        tax_percent=price.tax_percent,
        total=major(price.total),
        currency=given.currency,
        promo_code=price.promo_code,
        policy_text=given.policy_text,
        valid_until=given.valid_until,
    )
