"""What rooms can be asked to change of the house itself: its settings, rooms and room types.

In a change, None leaves a field as it is, and `clear` names those that are to be empty. Amounts are in major units.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.message import Command, Nothing, Query
from contracts.rooms.views import OperatingSettings, RoomTypeView, RoomView, WiFi
from contracts.values import Page

# The lowest and the highest value of each setting that is a number.
SETTING_BOUNDS = {
    "payment_hold_minutes": (5, 1440),
    "approval_sla_minutes": (1, 1440),
    "approval_cutoff_day_offset": (0, 1),
    "late_checkout_grace_minutes": (0, 120),
    "room_pin_digits": (4, 8),
    "overbooking_allowance": (0, 100),
}


@dataclass(frozen=True, kw_only=True)
class SettingsChange:
    """What is to be different of a hotel's page and of how it operates. Times are hotel-local, `HH:MM`."""

    name: str | None = None
    timezone: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    tagline: str | None = None
    short_description: str | None = None
    long_description: str | None = None
    hero_image: str | None = None
    logo_image: str | None = None
    gallery: tuple[str, ...] | None = None
    amenities: tuple[str, ...] | None = None
    theme: dict[str, Any] | None = None
    tax_percent: Decimal | None = None
    wifi: WiFi | None = None
    payment_hold_minutes: int | None = None
    approval_required: bool | None = None
    approval_sla_minutes: int | None = None
    approval_cutoff_time: str | None = None
    approval_cutoff_day_offset: int | None = None
    check_in_time: str | None = None
    early_checkin_from: str | None = None
    late_arrival_cutoff: str | None = None
    standard_checkout_time: str | None = None
    late_checkout_grace_minutes: int | None = None
    room_pin_digits: int | None = None
    strict_room_type: bool | None = None
    overbooking_allowance: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeSettings(Command[OperatingSettings]):
    """Write a hotel's settings; refused `VALIDATION_ERROR`, `VERSION_MISMATCH`, `WOULD_OVERSELL` (with `nights`)."""

    hotel: str
    change: SettingsChange


@dataclass(frozen=True, kw_only=True)
class AddRoom(Command[RoomView]):
    """Add a room, ready for its first guest; refused `ROOM_EXISTS`. One that was removed keeps its history."""

    hotel: str
    room_number: str
    room_type: str
    floor: int | None = None
    notes: str = ""
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class ChangeRoom(Command[RoomView]):
    """Change what a room is; refused `ROOM_IN_USE` (with `conflicts`) and `WOULD_OVERSELL` (with `nights`)."""

    hotel: str
    room_number: str
    room_type: str | None = None
    floor: int | None = None
    notes: str | None = None
    is_active: bool | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemoveRoom(Command[Nothing]):
    """Remove a room; refused as `ChangeRoom` is. Its history stays."""

    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class RoomTypes:
    """A page of a hotel's room types, by code."""

    count: int
    results: tuple[RoomTypeView, ...]


@dataclass(frozen=True, kw_only=True)
class ListRoomTypes(Query[RoomTypes]):
    """A hotel's room types; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetRoomType(Query[RoomTypeView]):
    """One room type; refused `ROOM_TYPE_NOT_FOUND`."""

    hotel: str
    code: str


@dataclass(frozen=True, kw_only=True)
class AddRoomType(Command[RoomTypeView]):
    """Begin to sell a kind of room; refused `ROOM_TYPE_EXISTS`. `policy` is a code; none: the hotel's standard one."""

    hotel: str
    code: str
    name: str
    max_occupancy: int
    base_price: str
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeRoomType(Command[RoomTypeView]):
    """Change a room type; bookings and quotes keep what they were made with."""

    hotel: str
    code: str
    name: str | None = None
    max_occupancy: int | None = None
    base_price: str | None = None
    bed_setup: str | None = None
    photo: str | None = None
    policy: str | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemoveRoomType(Command[Nothing]):
    """Sell it no more; refused `ROOM_TYPE_IN_USE` while it has rooms or sold nights to come."""

    hotel: str
    code: str
