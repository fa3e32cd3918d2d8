"""The rules of a stay: its length, its dates and its party. Dates are hotel-local."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chassis.refusal import Refusal
from contracts.values import HotelSettings, Stay
from services.rooms.domain.validation import invalid

MAX_NIGHTS = 365
HORIZON_DAYS = 730
# Nights have counters for a week beyond the horizon, so that a new day's last night is on sale from midnight on.
COUNTED_DAYS = HORIZON_DAYS + 7


def local_day(now: datetime, timezone: str) -> date:
    """The hotel-local date at this time (UTC)."""
    return now.astimezone(ZoneInfo(timezone)).date()


def horizon(today: date) -> date:
    """The latest check-out date that can be sold."""
    return today + timedelta(days=HORIZON_DAYS)


def last_counted_night(today: date) -> date:
    """The last night that has a counter. `check_horizon` alone decides which of the counted nights are on sale."""
    return today + timedelta(days=COUNTED_DAYS)


def check_length(stay: Stay) -> None:
    """Check that the stay has 1 to 365 nights. Refused `VALIDATION_ERROR`."""
    if stay.nights < 1:
        raise invalid("check_out", "must be after check_in")
    if stay.nights > MAX_NIGHTS:
        raise invalid("check_out", f"a stay is at most {MAX_NIGHTS} nights")


def check_public_length(stay: Stay, settings: HotelSettings) -> None:
    """Check that a guest may book a stay of this length. Refused `STAY_TOO_LONG`."""
    if stay.nights > settings.max_public_nights:
        raise Refusal("STAY_TOO_LONG", f"Ask the hotel for a stay of more than {settings.max_public_nights} nights.")


def check_horizon(check_out: date, *, today: date) -> None:
    """Check that the stay ends within the horizon. Refused `BEYOND_HORIZON`."""
    if check_out > horizon(today):
        raise Refusal("BEYOND_HORIZON", f"Stays can be booked up to {horizon(today)}.")


def check_dates(stay: Stay, *, today: date) -> None:
    """Check the dates of a stay.

    Refused `VALIDATION_ERROR` for a stay in the past, `BEYOND_HORIZON` for nights that are not on sale yet.
    """
    check_length(stay)
    if stay.check_in < today:
        raise invalid("check_in", "must not be in the past")
    check_horizon(stay.check_out, today=today)


def check_party(adults: int, children: int) -> None:
    """Check that the party has an adult. Refused `VALIDATION_ERROR`."""
    if adults < 1:
        raise invalid("adults", "must be at least 1")
    if children < 0:
        raise invalid("children", "must not be negative")
