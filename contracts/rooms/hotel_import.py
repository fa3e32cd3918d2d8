"""The import of a hotel from a property file: `hotelmate hotel import FILE`."""

from dataclasses import field
from decimal import Decimal
from typing import Any

from contracts.data import Data
from contracts.message import Command
from contracts.rooms.hotels import WiFi
from contracts.rooms.promotions import PromotionDefinition
from contracts.values import CancellationPolicy, HotelCard, HotelSettings


class RoomTypeDefinition(Data):
    """A room type of a property file. `base_price` is in major units (`"120.00"`)."""

    code: str
    name: str
    max_occupancy: int
    base_price: str
    rooms: tuple[str, ...]
    bed_setup: str = ""
    photo: str = ""


class HotelDefinition(HotelCard):
    """The content of a property file: a hotel with its room types, rooms and promotions."""

    room_types: tuple[RoomTypeDefinition, ...]
    tagline: str = ""
    short_description: str = ""
    long_description: str = ""
    hero_image: str = ""
    logo_image: str = ""
    gallery: tuple[str, ...] = ()
    amenities: tuple[str, ...] = ()
    theme: dict[str, Any] = field(default_factory=dict)
    tax_percent: Decimal = Decimal(9)
    settings: HotelSettings = field(default_factory=HotelSettings)
    policy: CancellationPolicy = field(default_factory=lambda: CancellationPolicy(kind="FLEXIBLE"))
    wifi: WiFi = field(default_factory=WiFi)
    promotions: tuple[PromotionDefinition, ...] = ()


class Imported(Data):
    """The changes that an import made."""

    hotel: str
    created: bool
    rooms_added: int
    types_added: int


class ImportHotel(Command[Imported]):
    """Create the hotel, or add the room types, rooms and promotions that the existing hotel lacks.

    Of page, settings and policy, only the values that changed since the last imported file are stored. A repeated
    import of the same file changes nothing. An import never removes a room, brings back a room that staff removed, or
    changes a price.
    """

    definition: HotelDefinition
