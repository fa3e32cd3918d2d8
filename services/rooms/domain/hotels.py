"""A hotel, and a room type with the data for the price of a stay."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from contracts.rooms.hotels import HotelPage, WiFi
from contracts.values import HotelCard, HotelSettings
from services.rooms.domain.mapping import mapped

OWN_FIELDS = ("name", "code", "timezone", "tax_percent", "wifi")
CONTACT = ("email", "phone", "address")
TEXTS = ("tagline", "short_description", "long_description", "hero_image", "logo_image")
PAGE_FIELDS = (*CONTACT, *TEXTS, "gallery", "amenities", "theme")
SETTINGS_FIELDS = tuple(each.name for each in fields(HotelSettings))


@dataclass(frozen=True, kw_only=True)
class Hotel:
    """A hotel. `page` has the texts of the public page, keyed by field; `version` counts the writes of the settings."""

    slug: str
    name: str
    code: str
    timezone: str
    currency: str
    tax_percent: Decimal
    page: dict[str, Any]
    settings: HotelSettings
    policy_code: str
    wifi: WiFi
    version: int

    @property
    def card(self) -> HotelCard:
        """The hotel's name and contact."""
        return mapped(HotelCard, self, **{name: self.page.get(name, "") for name in CONTACT})

    @property
    def public_page(self) -> HotelPage:
        """The hotel's public page."""
        return HotelPage(
            card=self.card,
            **{name: self.page.get(name, "") for name in TEXTS},
            gallery=tuple(self.page.get("gallery", ())),
            amenities=tuple(self.page.get("amenities", ())),
            theme=self.page.get("theme", {}),
            check_in_time=self.settings.check_in_time,
            check_out_time=self.settings.standard_checkout_time,
        )

    def differing(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The entries of `values` (keyed by field) whose value differs from the hotel's present value of that field."""
        return {name: value for name, value in values.items() if self._value(name) != _stored(value)}

    def with_values(self, values: Mapping[str, Any]) -> "Hotel":
        """A copy of the hotel in which these `values` (keyed by field) replace the present ones."""
        settings = {name: value for name, value in values.items() if name in SETTINGS_FIELDS}
        page = {name: _stored(value) for name, value in values.items() if name in PAGE_FIELDS}
        return replace(
            self,
            **{name: value for name, value in values.items() if name in OWN_FIELDS},
            page=self.page | page,
            settings=replace(self.settings, **settings),
        )

    def _value(self, name: str) -> Any:
        if name in PAGE_FIELDS:
            return self.page.get(name)
        return getattr(self.settings if name in SETTINGS_FIELDS else self, name)


def _stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, kw_only=True)
class RoomType:
    """A room type. `base_price` is in minor units of the hotel's currency, without tax."""

    id: int
    code: str
    name: str
    max_occupancy: int
    base_price: int
