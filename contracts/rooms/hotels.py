"""Hotels: the directory and each hotel's public page."""

from dataclasses import field
from typing import Any

from contracts.data import Data
from contracts.message import Query
from contracts.values import HotelCard


class HotelPage(Data):
    """A hotel's public page. The hotel chooses the keys of `theme`, and the entries of `amenities` and `gallery`."""

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


class Hotels(Data):
    """Every hotel on the platform."""

    hotels: tuple[HotelPage, ...]


class WiFi(Data):
    """The Wi-Fi access of guests in house. A secret, never part of an event."""

    ssid: str = ""
    password: str = ""


class ListHotels(Query[Hotels]):
    """Return every hotel on the platform."""


class GetHotel(Query[HotelPage]):
    """Return a hotel's public page. Refused `HOTEL_NOT_FOUND`."""

    hotel: str
