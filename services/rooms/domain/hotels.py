"""A hotel and the room types that it sells, as the decisions need them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.rooms import HotelPage, WiFi
from contracts.values import CancellationPolicy, HotelCard, HotelSettings


@dataclass(frozen=True, kw_only=True)
class Hotel:
    """A hotel with its terms. `page` holds the texts of its public page, `version` counts its settings' writes."""

    slug: str
    name: str
    code: str
    timezone: str
    currency: str
    tax_percent: Decimal
    page: dict[str, Any]
    settings: HotelSettings
    policy: CancellationPolicy
    wifi: WiFi
    version: int

    @property
    def card(self) -> HotelCard:
        """Name and contact."""
        return HotelCard(
            slug=self.slug,
            name=self.name,
            code=self.code,
            timezone=self.timezone,
            currency=self.currency,
            **{name: self.page.get(name, "") for name in ("email", "phone", "address")},
        )

    @property
    def public_page(self) -> HotelPage:
        """What anyone may see."""
        texts = ("tagline", "short_description", "long_description", "hero_image")
        return HotelPage(
            card=self.card,
            **{name: self.page.get(name, "") for name in texts},
            gallery=tuple(self.page.get("gallery", ())),
            amenities=tuple(self.page.get("amenities", ())),
            theme=self.page.get("theme", {}),
            check_in_time=self.settings.check_in_time,
            check_out_time=self.settings.standard_checkout_time,
        )


@dataclass(frozen=True, kw_only=True)
class RoomType:
    """A kind of room. `base_price` is in minor units of the hotel's currency."""

    id: int
    code: str
    name: str
    max_occupancy: int
    base_price: int
