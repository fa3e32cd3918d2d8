"""Answers about hotels, availability and rooms."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.values import Actor, CancellationPolicy, HotelCard, HotelSettings, Money, Price


@dataclass(frozen=True, kw_only=True)
class Held:
    """Inventory is held (or, for a draft, only priced): everything that bookings keeps of it."""

    hotel: HotelCard
    settings: HotelSettings
    room_type_code: str
    room_type_name: str
    price: Price
    policy: CancellationPolicy


@dataclass(frozen=True, kw_only=True)
class TypeAvailability:
    """One room type on the asked nights."""

    room_type_code: str
    room_type_name: str
    available_units: int
    is_available: bool
    can_accommodate: bool
    max_occupancy: int
    price_from: Money
    currency: str


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What a hotel has left on the asked nights, by room type."""

    hotel: str
    check_in: date
    check_out: date
    nights: int
    room_types: tuple[TypeAvailability, ...]


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
    dates: tuple[date, ...]
    price: Price
    currency: str
    policy_text: str
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class HotelPage:
    """A hotel as anyone may see it. `theme`, `amenities` and `gallery` are the hotel's own data, shown as given."""

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
class RoomTypeView:
    """A kind of room that a hotel sells. `rooms` counts those in service; `policy` None: the hotel's standard one."""

    code: str
    name: str
    max_occupancy: int
    base_price: Money
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None
    rooms: int = 0


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """One room. `is_occupied` is derived from its status; `maintenance_priority` is set while something is broken."""

    id: int
    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    is_active: bool
    floor: int | None
    notes: str
    last_cleaned_at: datetime | None
    last_inspected_at: datetime | None
    current_booking_id: str | None
    version: int
    maintenance_priority: MaintenancePriority | None = None


@dataclass(frozen=True, kw_only=True)
class RoomList:
    """A page of a hotel's rooms."""

    count: int
    results: tuple[RoomView, ...]


@dataclass(frozen=True, kw_only=True)
class RoomChange:
    """One row of a room's history."""

    old_status: RoomStatus
    new_status: RoomStatus
    source: str
    by: Actor
    note: str
    changed_at: datetime
    priority: MaintenancePriority | None = None


@dataclass(frozen=True, kw_only=True)
class RoomTaken:
    """A room was given to a booking, or its guest moved in or out."""

    room_number: str
    room_type_code: str
    room_type_name: str
    room_status: RoomStatus
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WiFi:
    """How a guest in house gets online. A secret: never in an event."""

    ssid: str = ""
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class RoomOccupiedReply:
    """A guest moved in: the room as it is now, and the hotel's Wi-Fi for the guest's page."""

    room: RoomTaken
    wifi: WiFi


@dataclass(frozen=True, kw_only=True)
class CandidateRoom:
    """A room that could be given to a booking; the best come first.

    `warnings` are what giving it would be answered with, and `ROOM_NOT_READY`; `explanation` says in words how it fits.
    """

    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    matches_type: bool
    warnings: tuple[str, ...] = ()
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class RoomTypeDefinition:
    """A room type as a property file gives it. `base_price` is in major units (`"120.00"`)."""

    code: str
    name: str
    max_occupancy: int
    base_price: str
    rooms: tuple[str, ...]
    bed_setup: str = ""
    photo: str = ""


@dataclass(frozen=True, kw_only=True)
class PromotionDefinition:
    """A promotion as a property file gives it. `value` is a percentage, or major units where `kind` is `FIXED`.

    `starts_on` and `ends_on` are the first and last check-in date that it is for; `room_type` is a code.
    """

    code: str
    kind: str  # PERCENT | FIXED
    value: str
    starts_on: date | None = None
    ends_on: date | None = None
    room_type: str | None = None
    min_nights: int = 1
    max_nights: int | None = None


@dataclass(frozen=True, kw_only=True)
class HotelDefinition:
    """A whole property as a file gives it: `hotelmate hotel import FILE`."""

    slug: str
    name: str
    code: str
    timezone: str
    currency: str
    room_types: tuple[RoomTypeDefinition, ...]
    email: str = ""
    phone: str = ""
    address: str = ""
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


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import changed."""

    hotel: str
    created: bool
    rooms_added: int
    types_added: int


@dataclass(frozen=True, kw_only=True)
class Hotels:
    """Every hotel on the platform."""

    hotels: tuple[HotelPage, ...]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The rooms that could be given to a booking."""

    rooms: tuple[CandidateRoom, ...]


@dataclass(frozen=True, kw_only=True)
class RoomHistory:
    """A page of a room's changes, newest first, and how many there are."""

    room_number: str
    changes: tuple[RoomChange, ...]
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class OperatingSettings:
    """A hotel's page and operating settings together, with the version that `If-Match` compares.

    `wifi` is told only to who may change it.
    """

    page: HotelPage
    settings: HotelSettings
    version: int
    tax_percent: Decimal = Decimal(9)
    wifi: WiFi | None = None
