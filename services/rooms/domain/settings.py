"""Checks the settings of a hotel."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.email_address import address_problem
from chassis.text import text_problem
from contracts.charge_limits import limits_of
from contracts.fields import EMAIL, NAME, PHONE, PROSE, SHORT_TEXT
from contracts.rooms.settings import SETTING_BOUNDS, SETTING_CHOICES
from contracts.values import HotelSettings
from services.rooms.domain.amounts import amount_problems

WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
WALL_TIMES = (
    "approval_cutoff_time",
    "check_in_time",
    "early_checkin_from",
    "late_arrival_cutoff",
    "standard_checkout_time",
)
HIGHEST_TAX = Decimal(100)


def problems(settings: HotelSettings, *, currency: str) -> Iterator[tuple[str, str]]:
    """Each invalid setting, with a message about the value."""
    for name in WALL_TIMES:
        if not WALL_TIME.fullmatch(getattr(settings, name)):
            yield name, "must be HH:MM"
    if settings.early_checkin_from > settings.check_in_time:
        yield "early_checkin_from", f"must not be after check_in_time, {settings.check_in_time}"
    for name, (lowest, highest) in SETTING_BOUNDS.items():
        if not lowest <= getattr(settings, name) <= highest:
            yield name, f"must be {lowest} to {highest}"
    for name, words in SETTING_CHOICES.items():
        if getattr(settings, name) not in words:
            yield name, f"must be one of {', '.join(words)}"
    yield from _charge_problems(settings, currency)


def _charge_problems(settings: HotelSettings, currency: str) -> Iterator[tuple[str, str]]:
    """The problems of the limits of card payments, in major units or empty."""
    amounts = {name: getattr(settings, name) for name in ("smallest_charge", "largest_charge")}
    wrong = [each for name, text in amounts.items() if text for each in amount_problems(name, text, currency)]
    yield from wrong
    if wrong:
        return
    limits = limits_of(settings, currency)
    if limits.smallest.amount < 1:
        yield "smallest_charge", "must be more than zero"
    if limits.largest < limits.smallest:
        yield "largest_charge", f"must not be less than {limits.smallest}"


# The kinds of a hotel's texts. A text that is not here is an address of an image, or no text that people enter.
TEXTS = {
    "name": NAME,
    "email": EMAIL,
    "phone": PHONE,
    "address": PROSE,
    "tagline": SHORT_TEXT,
    "short_description": PROSE,
    "long_description": PROSE,
}


def text_problems(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text among a hotel's values that is not of its kind, with a message. The e-mail address may be empty."""
    for name, kind in TEXTS.items():
        text = values.get(name)
        if text is None or (kind is EMAIL and not text):
            continue
        problem = address_problem(text) if kind is EMAIL else text_problem(text, kind)
        if problem:
            yield name, problem


def hotel_problems(*, timezone: str, tax_percent: Decimal) -> Iterator[tuple[str, str]]:
    """Each invalid field among time zone and tax of a hotel, with a message about the value."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "timezone", f"{timezone!r} is not an IANA time zone"
    if not 0 <= tax_percent <= HIGHEST_TAX:
        yield "tax_percent", f"must be 0 to {HIGHEST_TAX}"
