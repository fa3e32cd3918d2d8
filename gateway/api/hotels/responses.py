"""Hotels, their settings, their availability, and quotes."""

from datetime import date
from decimal import Decimal

from contracts.data import Data
from contracts.rooms.availability import Availability
from contracts.rooms.hotels import HotelPage, WiFi
from contracts.rooms.quotes import Quote
from contracts.rooms.settings import OperatingSettings
from contracts.values import HotelCard, HotelSettings, Price
from gateway.http.views import Json, View


class HotelIdentity(View[HotelCard], drop=("code",), examples={"name": "Hotel Killarney"}):
    """The name and the contact of a hotel."""


class HotelPresentation(View[HotelPage], drop=("card",)):
    """The texts, the images and the times on the public page of a hotel."""


class PublicHotel(HotelIdentity, HotelPresentation):
    """The public page of a hotel."""


class StaffWiFi(View[WiFi]):
    """The Wi-Fi for guests in house."""


class OperatingRules(View[HotelSettings]):
    """How a hotel operates. Times are hotel-local, `HH:MM`."""


class StaffSettings(PublicHotel, OperatingRules):
    """A hotel's page and operating settings, with hotel-local times. `wifi` is null for staff who may not change it."""

    tax_percent: Decimal
    wifi: StaffWiFi | None
    version: int


class StayAvailability(View[Availability]):
    """The availability of a hotel by room type."""

    adults: int
    children: int


class NightPrice(Data):
    """The price of one night before discount and tax."""

    date: date
    price: str


class PriceTotals(View[Price], drop=("nights", "first_night"), rename={"tax": "taxes"}, currency=False):
    """The price of a quote."""


class QuotedStay(View[Quote], drop=("dates", "price")):
    """The stay of a quote."""


class GuestQuote(PriceTotals, QuotedStay):
    """The price of a stay. A booking made with the quote before `valid_until` keeps the price."""

    breakdown: tuple[NightPrice, ...]


def hotel(page: HotelPage) -> Json:
    """The fields of `PublicHotel`."""
    return HotelIdentity.of(page.card) | HotelPresentation.of(page)


def staff_settings(settings: OperatingSettings) -> Json:
    """The fields of `StaffSettings`."""
    return {
        **hotel(settings.page),
        **OperatingRules.of(settings.settings),
        "tax_percent": settings.tax_percent,
        "wifi": StaffWiFi.of(settings.wifi) if settings.wifi else None,
        "version": settings.version,
    }


def quote(priced: Quote) -> Json:
    """The fields of `GuestQuote`."""
    nights = zip(priced.dates, priced.price.nights, strict=True)
    breakdown = [NightPrice(date=night, price=price.text) for night, price in nights]
    return {**QuotedStay.of(priced), **PriceTotals.of(priced.price), "breakdown": breakdown}
