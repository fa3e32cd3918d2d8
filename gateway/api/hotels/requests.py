"""Requests about availability and quotes, and changes of a hotel's page and operating settings."""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chassis.refusal import Refusal
from contracts.rooms.hotels import HotelPage, WiFi
from contracts.rooms.settings import SETTING_BOUNDS, SETTING_CHOICES, SettingsChange
from gateway.http.fields import (
    FROM_JSON,
    Adults,
    Body,
    Changes,
    ChargeLimit,
    Children,
    Code,
    Count,
    Day,
    Image,
    Name,
    OptionalEmail,
    Percent,
    Phone,
    Prose,
    ShortText,
    WallTime,
)

# The settings that a client that replaces all settings may leave out; these settings then stay as they are.
OPTIONAL = frozenset({"wifi", "smallest_charge", "largest_charge", "max_public_nights", *SETTING_CHOICES})
PaidWhen = Literal["first", "owed"]
MAX_DEPTH, MAX_VALUES, MAX_LENGTH = 5, 200, 2000


def _theme(theme: Any) -> Any:
    for count, part in enumerate(_parts(theme)):
        if count >= MAX_VALUES:
            raise ValueError(f"has at most {MAX_VALUES} values")
        if isinstance(part, str) and ("\x00" in part or len(part) > MAX_LENGTH):
            raise ValueError(f"a text has at most {MAX_LENGTH} characters, and no NUL")
        if isinstance(part, float) and not isfinite(part):
            raise ValueError("numbers are finite")
    return theme


def _parts(part: Any, depth: int = 1) -> Iterator[Any]:
    if depth > MAX_DEPTH:
        raise ValueError(f"is at most {MAX_DEPTH} deep")
    yield part
    if isinstance(part, dict):
        yield from part
    for inside in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _parts(inside, depth + 1)


def _within(name: str) -> Any:
    lowest, highest = SETTING_BOUNDS[name]
    return Field(None, ge=lowest, le=highest)


class StayQuery(BaseModel):
    """The nights and the guests of a stay."""

    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    adults: Annotated[int, Field(ge=1, le=50)] = 2
    children: Annotated[int, Field(ge=0, le=50)] = 0


class QuoteRequest(Body):
    """The stay to price."""

    room_type_code: Code = Field(examples=["STD"])
    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    adults: Adults = Field(2, examples=[2])
    children: Children = 0
    promo_code: Code | None = None


class Network(Body):
    """The Wi-Fi for guests in house."""

    ssid: ShortText
    password: ShortText


class SettingsPatch(Changes):
    """The settings to change. Times are hotel-local."""

    name: Name | None = Field(None, examples=["Hotel Killarney"])
    timezone: ShortText | None = None
    email: OptionalEmail | None = None
    phone: Phone | None = None
    address: Prose | None = None
    tagline: ShortText | None = None
    short_description: Prose | None = None
    long_description: Prose | None = None
    hero_image: Image | None = None
    logo_image: Image | None = None
    gallery: Annotated[tuple[Image, ...], FROM_JSON, Field(max_length=50)] | None = None
    amenities: Annotated[tuple[Name, ...], FROM_JSON, Field(max_length=100)] | None = None
    theme: Annotated[dict[str, Any], BeforeValidator(_theme)] | None = None
    tax_percent: Percent | None = None
    wifi: Network | None = None
    payment_hold_minutes: Count | None = _within("payment_hold_minutes")
    approval_required: bool | None = None
    approval_sla_minutes: Count | None = _within("approval_sla_minutes")
    approval_cutoff_time: WallTime | None = None
    approval_cutoff_day_offset: Count | None = _within("approval_cutoff_day_offset")
    check_in_time: WallTime | None = None
    early_checkin_from: WallTime | None = None
    late_arrival_cutoff: WallTime | None = None
    standard_checkout_time: WallTime | None = None
    late_checkout_grace_minutes: Count | None = _within("late_checkout_grace_minutes")
    room_pin_digits: Count | None = _within("room_pin_digits")
    strict_room_type: bool | None = None
    overbooking_allowance: Count | None = _within("overbooking_allowance")
    max_public_nights: Count | None = _within("max_public_nights")
    guest_changes: Literal["never", "free_hours", "always"] | None = None
    change_payment_guest: PaidWhen | None = None
    change_payment_staff: PaidWhen | None = None
    smallest_charge: ChargeLimit | None = None
    largest_charge: ChargeLimit | None = None

    def change(self) -> SettingsChange:
        """The changes. A null field is refused `VALIDATION_ERROR`, except for `wifi`: a null `wifi` changes nothing."""
        values, names = self.values, {each.name for each in fields(SettingsChange)}
        _refuse((name, "must not be null") for name in self.cleared if name in names - {"wifi"})
        change = {name: value for name, value in values.items() if name in names}
        if "tax_percent" in change:
            change["tax_percent"] = Decimal(change["tax_percent"])
        if "wifi" in change:
            change["wifi"] = WiFi(**change["wifi"].model_dump())
        return SettingsChange(**change)


def _all_required(schema: dict[str, Any]) -> None:
    schema["required"] = [name for name in SettingsPatch.model_fields if name not in OPTIONAL]


class WholeSettings(SettingsPatch):
    """All settings, as GET returns them. Settings that nobody can change may be left out, or sent unchanged."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    slug: ShortText | None = None
    currency: ShortText | None = None
    check_out_time: WallTime | None = Field(None, description="Equals `standard_checkout_time`.")
    version: Count | None = Field(None, description="Ignored: send the version as `If-Match`.")

    def whole(self, page: HotelPage) -> SettingsChange:
        """The changes. Refused `VALIDATION_ERROR` where a setting is missing, or an unchangeable setting differs."""
        required = set(SettingsPatch.model_fields) - OPTIONAL
        _refuse((name, "Field required") for name in sorted(required - self.model_fields_set))
        fixed = {"slug": page.card.slug, "currency": page.card.currency, "check_out_time": self.standard_checkout_time}
        values = self.values
        _refuse((name, f"must be {value}") for name, value in fixed.items() if values.get(name, value) != value)
        return self.change()


def _refuse(problems: Any) -> None:
    errors = [{"field": field, "message": message} for field, message in problems]
    if errors:
        raise Refusal("VALIDATION_ERROR", "The request has invalid fields.", errors=errors)
