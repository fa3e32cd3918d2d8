"""Which stays may be asked for: how long, from when and how far ahead, in the hotel's own days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from chassis.refusal import Refusal
from contracts.values import Stay

MAX_NIGHTS = 365
HORIZON_DAYS = 730


def local_day(now: datetime, timezone: str) -> date:
    """The hotel's date at this instant (aware, UTC)."""
    return now.astimezone(ZoneInfo(timezone)).date()


def horizon(today: date) -> date:
    """The last date that a stay may end on."""
    return today + timedelta(days=HORIZON_DAYS)


def check_length(stay: Stay) -> None:
    """Refused `VALIDATION_ERROR` where it is not 1 to 365 nights."""
    if stay.nights < 1:
        raise invalid("check_out", "must be after check_in")
    if stay.nights > MAX_NIGHTS:
        raise invalid("check_out", f"a stay is at most {MAX_NIGHTS} nights")


def check_dates(stay: Stay, *, today: date) -> None:
    """Refused `VALIDATION_ERROR` for the past and `BEYOND_HORIZON` for what is not on sale yet."""
    check_length(stay)
    if stay.check_in < today:
        raise invalid("check_in", "must not be in the past")
    if stay.check_out > horizon(today):
        raise Refusal("BEYOND_HORIZON", f"Stays can be booked up to {horizon(today)}.")


def check_party(adults: int, children: int) -> None:
    """Refused `VALIDATION_ERROR`: somebody grown up has to come."""
    if adults < 1:
        raise invalid("adults", "must be at least 1")
    if children < 0:
        raise invalid("children", "must not be negative")


def invalid(field: str, message: str) -> Refusal:
    """One field is wrong."""
    return Refusal("VALIDATION_ERROR", f"{field} {message}.", errors=[{"field": field, "message": message}])
