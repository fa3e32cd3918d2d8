"""Hotels: the directory and each hotel's public page."""

from dataclasses import dataclass, field
from typing import Any

from contracts.message import Query
from contracts.values import HotelCard


@dataclass(frozen=True, kw_only=True)
class HotelPage:
    """A hotel's public page. `theme`, `amenities` and `gallery` are the hotel's own data."""

    card: HotelCard
    tagline: str = ""
    short_description: str = ""
    long_description: str = ""
    hero_image: str = ""
    logo_image: str = ""
    gallery: tuple[str, ...] = ()
    amenities: tuple[str, ...] = ()
    theme: dict[str, Any] = field(default_factory=dict)
    check_in_time: str = "15:00"
    check_out_time: str = "11:00"


@dataclass(frozen=True, kw_only=True)
class Hotels:
    """Every hotel on the platform."""

    hotels: tuple[HotelPage, ...]


@dataclass(frozen=True, kw_only=True)
class WiFi:
    """The Wi-Fi access of guests in house. A secret, never part of an event."""

    ssid: str = ""
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class ListHotels(Query[Hotels]):
    """Return every hotel on the platform."""


@dataclass(frozen=True, kw_only=True)
class GetHotel(Query[HotelPage]):
    """Return a hotel's public page. Refused `HOTEL_NOT_FOUND`."""

    hotel: str
