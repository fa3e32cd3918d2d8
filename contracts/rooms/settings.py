"""A hotel's page and operating settings, for its staff."""

from decimal import Decimal
from typing import Any

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.hotels import HotelPage, WiFi
from contracts.values import HotelSettings

# The lowest and the highest value of each numeric setting.
SETTING_BOUNDS = {
    "payment_hold_minutes": (5, 1440),
    "approval_sla_minutes": (1, 1440),
    "approval_cutoff_day_offset": (0, 1),
    "late_checkout_grace_minutes": (0, 120),
    "room_pin_digits": (4, 8),
    "overbooking_allowance": (0, 100),
    "max_public_nights": (1, 365),
}

# Until when a guest may change a confirmed booking; and when the difference is paid: first, or later, being owed.
NEVER, FREE_HOURS, ALWAYS = "never", "free_hours", "always"
FIRST, OWED = "first", "owed"

# The values of each setting that is one of several words.
SETTING_CHOICES = {
    "guest_changes": (NEVER, FREE_HOURS, ALWAYS),
    "change_payment_guest": (FIRST, OWED),
    "change_payment_staff": (FIRST, OWED),
}


class SettingsChange(Data):
    """Changes of a hotel's page and settings. A field that is None keeps its value; times are hotel-local, `HH:MM`."""

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
    max_public_nights: int | None = None
    guest_changes: str | None = None
    change_payment_guest: str | None = None
    change_payment_staff: str | None = None
    smallest_charge: str | None = None
    largest_charge: str | None = None


class OperatingSettings(Data):
    """A hotel's page and operating settings, with the version that `If-Match` compares.

    `wifi` is None for staff without the permission to change it.
    """

    page: HotelPage
    settings: HotelSettings
    version: int
    tax_percent: Decimal = Decimal(9)
    wifi: WiFi | None = None


class GetSettings(Query[OperatingSettings]):
    """Return a hotel's page and operating settings, for its staff."""

    hotel: str


class ChangeSettings(Command[OperatingSettings]):
    """Change a hotel's settings.

    Refused `VALIDATION_ERROR`, `VERSION_MISMATCH`, `WOULD_OVERSELL` (with `nights`).
    """

    hotel: str
    change: SettingsChange
