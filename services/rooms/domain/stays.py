"""The rules of a stay: its length, its dates and its party, in hotel-local dates."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chassis.refusal import Refusal
from contracts.values import Stay
from services.rooms.domain.validation import invalid

MAX_NIGHTS = 365
HORIZON_DAYS = 730


def local_day(now: datetime, timezone: str) -> date:
    """The hotel-local date at this time (aware, UTC)."""
    return now.astimezone(ZoneInfo(timezone)).date()


def horizon(today: date) -> date:
    """The last possible date of check-out."""
    return today + timedelta(days=HORIZON_DAYS)


def check_length(stay: Stay) -> None:
    """Refused `VALIDATION_ERROR` unless the stay has 1 to 365 nights."""
    if stay.nights < 1:
        raise invalid("check_out", "must be after check_in")
    if stay.nights > MAX_NIGHTS:
        raise invalid("check_out", f"a stay is at most {MAX_NIGHTS} nights")


def check_horizon(check_out: date, *, today: date) -> None:
    """Refused `BEYOND_HORIZON`."""
    if check_out > horizon(today):
        raise Refusal("BEYOND_HORIZON", f"Stays can be booked up to {horizon(today)}.")


def check_dates(stay: Stay, *, today: date) -> None:
    """Refused `VALIDATION_ERROR` for a stay in the past and `BEYOND_HORIZON` for nights that are not on sale yet."""
    check_length(stay)
    if stay.check_in < today:
        raise invalid("check_in", "must not be in the past")
    check_horizon(stay.check_out, today=today)


def check_party(adults: int, children: int) -> None:
    """Refused `VALIDATION_ERROR` for a party without an adult."""
    if adults < 1:
        raise invalid("adults", "must be at least 1")
    if children < 0:
        raise invalid("children", "must not be negative")
