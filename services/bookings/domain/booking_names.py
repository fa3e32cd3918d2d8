"""Booking ids and confirmation numbers, drawn from letters and digits that look different from one another."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contracts.data import Data

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8  # names that were drawn with six characters stay valid

Choose = Callable[[Sequence[str]], str]


class BookingNames(Data):
    """The id and the confirmation number of a new booking, and the hash of its guest's token."""

    booking_id: str
    confirmation_number: str
    token_hash: str


class NameTaken(Exception):
    """Another booking has the drawn name: the booking id if `is_booking_id`, else the confirmation number."""

    def __init__(self, name: str, *, is_booking_id: bool) -> None:
        super().__init__(name)
        self.is_booking_id = is_booking_id


def booking_id(year: int, choose: Choose) -> str:
    """A random id `BK-{year}-{8 characters}`; the year is hotel-local at creation."""
    return f"BK-{year}-{_drawn(choose)}"


def confirmation_number(hotel_code: str, year: int, choose: Choose) -> str:
    """A random number `{hotel code}-{year}-{8 characters}`."""
    return f"{hotel_code}-{year}-{_drawn(choose)}"


def year_everywhere(now: datetime) -> int | None:
    """The year that every time zone has at `now`; None around New Year, when the years differ."""
    first, last = (now - timedelta(hours=12)).year, (now + timedelta(hours=14)).year
    return first if first == last else None


def _drawn(choose: Choose) -> str:
    return "".join(choose(ALPHABET) for _ in range(LENGTH))
