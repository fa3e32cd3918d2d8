"""The check-in window at three hotels, minute by minute, in ordinary weeks and when the clocks change.

Every instant is UTC, worked out by hand from the wall time in its comment.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chassis.refusal import Refusal
from contracts.bookings.stays import CheckIn
from contracts.values import Caller, HotelSettings
from services.bookings.actions import check_in
from services.bookings.domain import deadlines
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import CLERK, HOTEL, STAFF, a_booking, a_card

INSTANT = timedelta(microseconds=1)
DUBLIN, TOKYO, LOS_ANGELES = "Europe/Dublin", "Asia/Tokyo", "America/Los_Angeles"


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2030, month, day, hour, minute, tzinfo=UTC)


def answer(booking: Booking, at: datetime, *, caller: Caller = CLERK, **fields: Any) -> bool | str:
    command = CheckIn(hotel=HOTEL, booking_id=booking.id, **fields)
    try:
        return check_in.may_check_in(booking, command, caller=caller, now=at)
    except Refusal as refusal:
        return refusal.code


def arriving(zone: str, check_in: date, **overrides: Any) -> Booking:
    usual: dict[str, Any] = {"assigned_room_number": "101", "check_out": check_in + timedelta(days=4)}
    return a_booking(card=a_card(timezone=zone), check_in=check_in, **usual | overrides)


def waited_for(booking: Booking) -> datetime:
    """The moment at which the guest becomes a no-show."""
    overdue_at = deadlines.no_show_at(booking)
    assert overdue_at
    return overdue_at


# hotel, check-in date; when its day begins, when check-in opens (12:00), and until when it is (02:00, inclusive)
WINDOWS = [
    (DUBLIN, date(2030, 6, 10), utc(6, 9, 23), utc(6, 10, 11), utc(6, 11, 1)),
    (DUBLIN, date(2030, 12, 10), utc(12, 10, 0), utc(12, 10, 12), utc(12, 11, 2)),
    (DUBLIN, date(2030, 3, 30), utc(3, 30, 0), utc(3, 30, 12), utc(3, 31, 1)),  # 02:00 is an hour earlier by then
    (DUBLIN, date(2030, 3, 31), utc(3, 31, 0), utc(3, 31, 11), utc(4, 1, 1)),
    (DUBLIN, date(2030, 10, 26), utc(10, 25, 23), utc(10, 26, 11), utc(10, 27, 2)),
    (DUBLIN, date(2030, 10, 27), utc(10, 26, 23), utc(10, 27, 12), utc(10, 28, 2)),
    (LOS_ANGELES, date(2030, 6, 10), utc(6, 10, 7), utc(6, 10, 19), utc(6, 11, 9)),
    (LOS_ANGELES, date(2030, 3, 9), utc(3, 9, 8), utc(3, 9, 20), utc(3, 10, 10)),  # no 02:00: 03:00 instead
    (LOS_ANGELES, date(2030, 3, 10), utc(3, 10, 8), utc(3, 10, 19), utc(3, 11, 9)),
    (LOS_ANGELES, date(2030, 11, 2), utc(11, 2, 7), utc(11, 2, 19), utc(11, 3, 10)),
    (LOS_ANGELES, date(2030, 11, 3), utc(11, 3, 7), utc(11, 3, 20), utc(11, 4, 10)),
    (TOKYO, date(2030, 3, 31), utc(3, 30, 15), utc(3, 31, 3), utc(3, 31, 17)),
    (TOKYO, date(2030, 10, 27), utc(10, 26, 15), utc(10, 27, 3), utc(10, 27, 17)),
]


@pytest.mark.parametrize(("zone", "check_in", "begins", "opens", "closes"), WINDOWS)
def test_the_window_of_a_hotel_that_opens_at_noon(
    zone: str, check_in: date, begins: datetime, *, opens: datetime, closes: datetime
) -> None:
    booking = arriving(zone, check_in)

    assert [answer(booking, at) for at in (begins - INSTANT, begins, opens - INSTANT)] == [
        "CHECKIN_WRONG_DATE",
        "CHECKIN_TOO_EARLY",
        "CHECKIN_TOO_EARLY",
    ]
    assert [answer(booking, at) for at in (opens, closes - INSTANT, closes, closes + INSTANT)] == [
        True,
        True,
        True,
        "CHECKIN_TOO_LATE",
    ]


@pytest.mark.parametrize(("zone", "check_in", "begins", "opens", "closes"), WINDOWS)
def test_late_and_early_arrivals_are_exceptions_to_the_check_in_window(
    zone: str, check_in: date, begins: datetime, *, opens: datetime, closes: datetime
) -> None:
    booking, expected = arriving(zone, check_in), arriving(zone, check_in, late_arrival_expected=True)
    early, late = opens - INSTANT, closes + INSTANT

    assert answer(booking, begins - INSTANT, caller=STAFF, early_checkin=True) == "CHECKIN_WRONG_DATE"
    assert answer(booking, begins, caller=STAFF, early_checkin=True) is True
    assert answer(booking, early, caller=STAFF) == "CHECKIN_TOO_EARLY"
    assert answer(booking, early, caller=CLERK, early_checkin=True) == "PERMISSION_DENIED"
    assert answer(booking, late, late_arrival=True) is True
    assert answer(expected, late) is True
    assert answer(expected, waited_for(expected) - INSTANT) is True
    assert answer(expected, waited_for(expected)) == "CHECKIN_TOO_LATE"
    assert answer(booking, early, late_arrival=True) == "CHECKIN_TOO_EARLY"


# hotel, check-in date of a stay of one night; noon on its check-out day, when the guest becomes a no-show
ONE_NIGHT = [
    (DUBLIN, date(2030, 6, 10), utc(6, 11, 11)),
    (DUBLIN, date(2030, 3, 30), utc(3, 31, 11)),  # the clocks go forward in that night
    (DUBLIN, date(2030, 10, 26), utc(10, 27, 12)),  # and back
    (LOS_ANGELES, date(2030, 3, 9), utc(3, 10, 19)),
    (LOS_ANGELES, date(2030, 11, 2), utc(11, 3, 20)),
    (TOKYO, date(2030, 6, 10), utc(6, 11, 3)),
]


@pytest.mark.parametrize(("zone", "check_in", "noon"), ONE_NIGHT)
def test_a_late_arrival_of_one_night_is_let_in_until_the_no_show(zone: str, check_in: date, noon: datetime) -> None:
    booking = arriving(zone, check_in, check_out=check_in + timedelta(days=1))

    assert booking.checkout_deadline_at < noon == waited_for(booking)
    assert answer(booking, noon - INSTANT, late_arrival=True) is True
    assert answer(booking, noon, late_arrival=True) == "CHECKIN_TOO_LATE"
    assert answer(booking, noon - INSTANT) == "CHECKIN_TOO_LATE"


@pytest.mark.parametrize(("zone", "check_in", "noon"), ONE_NIGHT)
def test_an_expected_late_arrival_of_one_night_is_let_in_for_a_day_more(
    zone: str, check_in: date, noon: datetime
) -> None:
    booking = arriving(zone, check_in, check_out=check_in + timedelta(days=1), late_arrival_expected=True)

    assert waited_for(booking).astimezone(ZoneInfo(zone)).hour == 12
    assert answer(booking, noon) is True
    assert answer(booking, waited_for(booking) - INSTANT) is True
    assert answer(booking, waited_for(booking)) == "CHECKIN_TOO_LATE"


@pytest.mark.parametrize(("zone", "check_in", "begins", "opens", "closes"), WINDOWS)
def test_the_demo_hotels_open_at_midnight(
    zone: str, check_in: date, begins: datetime, *, opens: datetime, closes: datetime
) -> None:
    booking = arriving(zone, check_in, settings=HotelSettings(early_checkin_from="00:00"))

    assert [answer(booking, at) for at in (begins - INSTANT, begins, opens, closes, closes + INSTANT)] == [
        "CHECKIN_WRONG_DATE",
        True,
        True,
        True,
        "CHECKIN_TOO_LATE",
    ]


@pytest.mark.parametrize(
    ("wall", "opens"),
    [
        ("01:30", utc(3, 31, 1)),  # is not on the wall in Dublin that night: opens with the first instant after it
        ("02:00", utc(3, 31, 1)),
    ],
)
def test_a_window_that_opens_in_a_clock_gap_opens_after_the_gap(wall: str, opens: datetime) -> None:
    booking = arriving(DUBLIN, date(2030, 3, 31), settings=HotelSettings(early_checkin_from=wall))

    assert answer(booking, opens - INSTANT) == "CHECKIN_TOO_EARLY"
    assert answer(booking, opens) is True


def test_a_repeated_opening_time_is_the_earlier_one() -> None:
    booking = arriving(DUBLIN, date(2030, 10, 27), settings=HotelSettings(early_checkin_from="01:30"))

    assert answer(booking, utc(10, 27, 0, 30) - INSTANT) == "CHECKIN_TOO_EARLY"
    assert answer(booking, utc(10, 27, 0, 30)) is True


def test_a_repeated_cutoff_time_is_the_later_one() -> None:
    booking = arriving(LOS_ANGELES, date(2030, 11, 2), settings=HotelSettings(late_arrival_cutoff="01:30"))

    assert answer(booking, utc(11, 3, 9, 30)) is True
    assert answer(booking, utc(11, 3, 9, 30) + INSTANT) == "CHECKIN_TOO_LATE"
