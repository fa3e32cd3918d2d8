"""The warnings of a check-out, on every day of a stay and when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import DepartureWarning
from contracts.values import Money
from services.bookings.domain import departures
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, NOW, a_booking, a_card, a_price, eur

INSTANT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)


def staying(zone: str = "Europe/Dublin", **overrides: Any) -> Booking:
    usual: dict[str, Any] = {"status": BookingStatus.IN_HOUSE, "assigned_room_number": "101", "balance_due": None}
    return a_booking(card=a_card(timezone=zone), **usual | overrides)


def nights(booking: Booking, at: datetime) -> tuple[date, ...]:
    return next((each.nights for each in departures.warnings(booking, now=at) if each.code == "LEAVES_EARLY"), ())


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_the_nights_that_a_guest_leaves_early_include_tonight() -> None:
    booking, last = staying(), CHECK_OUT - ONE_DAY

    assert nights(booking, noon(CHECK_IN)) == (CHECK_IN, CHECK_IN + ONE_DAY, last)
    assert nights(booking, noon(last)) == (last,)
    assert nights(booking, noon(CHECK_OUT)) == ()
    assert nights(booking, noon(CHECK_OUT + ONE_DAY)) == ()


def test_a_guest_of_one_night_leaves_early_only_on_the_day_of_arrival() -> None:
    booking = staying(check_out=CHECK_IN + ONE_DAY)

    assert nights(booking, noon(CHECK_IN)) == (CHECK_IN,)
    assert nights(booking, noon(CHECK_IN + ONE_DAY)) == ()


@pytest.mark.parametrize(
    ("zone", "check_out", "midnight"),
    [
        ("Europe/Dublin", date(2030, 3, 31), datetime(2030, 3, 31, 0, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 10, 27), datetime(2030, 10, 26, 23, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 10, 28), datetime(2030, 10, 28, 0, tzinfo=UTC)),
        ("America/Los_Angeles", date(2030, 11, 4), datetime(2030, 11, 4, 8, tzinfo=UTC)),
        ("Asia/Tokyo", date(2030, 6, 11), datetime(2030, 6, 10, 15, tzinfo=UTC)),
    ],
)
def test_the_last_night_ends_at_the_hotels_midnight(zone: str, check_out: date, midnight: datetime) -> None:
    booking = staying(zone, check_in=check_out - ONE_DAY, check_out=check_out)

    assert nights(booking, midnight - INSTANT) == (check_out - ONE_DAY,)
    assert nights(booking, midnight) == ()


@pytest.mark.parametrize("due", [eur(1), eur(10900), Money(109, "JPY")])
def test_a_guest_who_owes_is_warned_of(due: Money) -> None:
    nothing = Money(0, due.currency)
    price = a_price(nights=(due,), subtotal=due, discount=nothing, tax=nothing, total=due, first_night=due)
    booking = staying(check_out=CHECK_IN + ONE_DAY, balance_due=due, price=price, captured=nothing)

    assert departures.warnings(booking, now=noon(CHECK_OUT)) == (DepartureWarning(code="BALANCE_DUE", amount=due),)


def test_a_guest_who_owes_nothing_and_leaves_on_time_has_no_warning() -> None:
    assert departures.warnings(staying(balance_due=eur(0)), now=noon(CHECK_OUT)) == ()


def test_after_the_check_out_the_warnings_are_those_of_the_day_of_departure() -> None:
    left = staying(status=BookingStatus.COMPLETED, checked_out_at=noon(CHECK_OUT - ONE_DAY))

    assert nights(left, noon(CHECK_OUT + ONE_DAY)) == (CHECK_OUT - ONE_DAY,)


@pytest.mark.parametrize("status", sorted(set(BookingStatus) - {BookingStatus.IN_HOUSE, BookingStatus.COMPLETED}))
def test_no_other_booking_has_warnings_of_a_check_out(status: BookingStatus) -> None:
    assert departures.warnings(staying(status=status, balance_due=eur(1)), now=NOW) == ()
