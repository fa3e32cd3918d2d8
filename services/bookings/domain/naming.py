"""The names a booking goes by, drawn from letters and digits that nobody mistakes for one another."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6

Choose = Callable[[Sequence[str]], str]


def booking_id(year: int, choose: Choose) -> str:
    """`BK-{year}-{6}`; the year is the hotel's own when the booking is made."""
    return f"BK-{year}-{_drawn(choose)}"


def confirmation_number(hotel_code: str, year: int, choose: Choose) -> str:
    """`{hotel code}-{year}-{6}`."""
    return f"{hotel_code}-{year}-{_drawn(choose)}"


def year_everywhere(now: datetime) -> int | None:
    """The year, where it is the same at every hotel on earth; None for the day around New Year."""
    first, last = (now - timedelta(hours=12)).year, (now + timedelta(hours=14)).year
    return first if first == last else None


def _drawn(choose: Choose) -> str:
    return "".join(choose(ALPHABET) for _ in range(LENGTH))
