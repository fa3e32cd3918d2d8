"""What is sent to change a hotel's page and how it operates."""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from chassis.refusal import Refusal
from contracts.rooms import SETTING_BOUNDS, HotelPage, SettingsChange, WiFi
from gateway.http.fields import Body, Changes, Count, HotelEmail, Image, Name, Percent, Phone, Prose, Slip, WallTime

DEEPEST, MOST, LONGEST = 5, 200, 2000


def _theme(given: Any) -> Any:
    for count, part in enumerate(_parts(given)):
        if count >= MOST:
            raise ValueError(f"has at most {MOST} values")
        if isinstance(part, str) and ("\x00" in part or len(part) > LONGEST):
            raise ValueError(f"texts have at most {LONGEST} characters, and none that is not printable")
        if isinstance(part, float) and not isfinite(part):
            raise ValueError("numbers are finite")
    return given


def _parts(part: Any, depth: int = 1) -> Iterator[Any]:
    if depth > DEEPEST:
        raise ValueError(f"is at most {DEEPEST} deep")
    yield part
    if isinstance(part, dict):
        yield from part
    for inside in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _parts(inside, depth + 1)


def _within(name: str) -> Any:
    lowest, highest = SETTING_BOUNDS[name]
    return Field(None, ge=lowest, le=highest)


class Network(Body):
    """How guests in house get online."""

    ssid: Slip
    password: Slip


class SettingsPatch(Changes):
    """What is to be different of a hotel's page and of how it operates. Times are hotel-local."""

    name: Name | None = None
    timezone: Slip | None = None
    email: HotelEmail | None = None
    phone: Phone | None = None
    address: Prose | None = None
    tagline: Slip | None = None
    short_description: Prose | None = None
    long_description: Prose | None = None
    hero_image: Image | None = None
    logo_image: Image | None = None
    gallery: Annotated[tuple[Image, ...], Field(max_length=50)] | None = None
    amenities: Annotated[tuple[Name, ...], Field(max_length=100)] | None = None
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

    def change(self) -> SettingsChange:
        """As rooms is asked; refused `VALIDATION_ERROR` for null. The Wi-Fi is null for who may not see it."""
        given, names = self.given, {each.name for each in fields(SettingsChange)}
        _refuse((name, "must not be null") for name in self.emptied if name in names - {"wifi"})
        wanted = {name: value for name, value in given.items() if name in names}
        if "tax_percent" in wanted:
            wanted["tax_percent"] = Decimal(wanted["tax_percent"])
        if "wifi" in wanted:
            wanted["wifi"] = WiFi(**wanted["wifi"].model_dump())
        return SettingsChange(**wanted)


def _all_required(schema: dict[str, Any]) -> None:
    schema["required"] = [name for name in SettingsPatch.model_fields if name != "wifi"]


class WholeSettings(SettingsPatch):
    """The whole settings, as GET answers them. What cannot be changed may be left out, or sent as it is."""

    model_config = ConfigDict(json_schema_extra=_all_required)

    slug: Slip | None = None
    currency: Slip | None = None
    check_out_time: WallTime | None = Field(None, description="Is `standard_checkout_time`.")
    version: Count | None = Field(None, description="Is not looked at: send it as `If-Match`.")

    def whole(self, page: HotelPage) -> SettingsChange:
        """As rooms is asked; refused `VALIDATION_ERROR` for what is missing, and for another slug or currency."""
        required = set(SettingsPatch.model_fields) - {"wifi"}
        _refuse((name, "Field required") for name in sorted(required - self.model_fields_set))
        fixed = {"slug": page.card.slug, "currency": page.card.currency, "check_out_time": self.standard_checkout_time}
        given = self.given
        _refuse((name, f"is {value}") for name, value in fixed.items() if given.get(name, value) != value)
        return self.change()


def _refuse(problems: Any) -> None:
    errors = [{"field": field, "message": message} for field, message in problems]
    if errors:
        raise Refusal("VALIDATION_ERROR", "The request has invalid fields.", errors=errors)
