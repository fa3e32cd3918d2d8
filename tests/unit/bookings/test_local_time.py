"""Hotel-local wall times, also on the nights when the clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bookings.domain.local_time import closes_at, local_date, opens_at

DUBLIN, LOS_ANGELES, TOKYO = "Europe/Dublin", "America/Los_Angeles", "Asia/Tokyo"
LORD_HOWE = "Australia/Lord_Howe"  # moves its clocks by half an hour


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        (DUBLIN, date(2030, 1, 10), "15:00", utc(2030, 1, 10, 15)),
        (DUBLIN, date(2030, 7, 10), "15:00", utc(2030, 7, 10, 14)),
        (LOS_ANGELES, date(2030, 1, 10), "15:00", utc(2030, 1, 10, 23)),
        (LOS_ANGELES, date(2030, 7, 10), "15:00", utc(2030, 7, 10, 22)),
        (TOKYO, date(2030, 7, 10), "02:00", utc(2030, 7, 9, 17)),
    ],
)
def test_an_ordinary_wall_time_opens_and_closes_at_one_instant(
    zone: str, day: date, wall: str, instant: datetime
) -> None:
    assert opens_at(day, wall, zone) == instant
    assert closes_at(day, wall, zone) == instant


@pytest.mark.parametrize(
    ("zone", "day", "wall", "first_after"),
    [
        (DUBLIN, date(2030, 3, 31), "01:30", utc(2030, 3, 31, 1)),
        (DUBLIN, date(2030, 3, 31), "01:00", utc(2030, 3, 31, 1)),
        (LOS_ANGELES, date(2030, 3, 10), "02:00", utc(2030, 3, 10, 10)),
        (LOS_ANGELES, date(2030, 3, 10), "02:59", utc(2030, 3, 10, 10)),
        (LORD_HOWE, date(2030, 10, 6), "02:15", utc(2030, 10, 5, 15, 30)),
    ],
)
def test_a_wall_time_in_a_gap_is_the_first_instant_after_it(
    zone: str, day: date, wall: str, first_after: datetime
) -> None:
    assert opens_at(day, wall, zone) == first_after
    assert closes_at(day, wall, zone) == first_after


@pytest.mark.parametrize(
    ("zone", "day", "wall", "earlier", "later"),
    [
        (DUBLIN, date(2030, 10, 27), "01:30", utc(2030, 10, 27, 0, 30), utc(2030, 10, 27, 1, 30)),
        (LOS_ANGELES, date(2030, 11, 3), "01:00", utc(2030, 11, 3, 8), utc(2030, 11, 3, 9)),
    ],
)
def test_a_doubled_wall_time_opens_early_and_closes_late(
    zone: str, day: date, wall: str, earlier: datetime, later: datetime
) -> None:
    assert opens_at(day, wall, zone) == earlier
    assert closes_at(day, wall, zone) == later


def test_the_date_is_hotel_local() -> None:
    instant = utc(2030, 1, 1, 2)

    assert local_date(instant, LOS_ANGELES) == date(2029, 12, 31)
    assert local_date(instant, DUBLIN) == date(2030, 1, 1)
    assert local_date(utc(2030, 1, 1, 15), TOKYO) == date(2030, 1, 2)


@given(
    day=st.dates(date(2025, 1, 1), date(2035, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from([DUBLIN, LOS_ANGELES, TOKYO, LORD_HOWE]),
)
def test_an_instant_never_lies_before_its_wall_time(day: date, minute: int, zone: str) -> None:
    wall = f"{minute // 60:02}:{minute % 60:02}"
    opens, closes = opens_at(day, wall, zone), closes_at(day, wall, zone)
    local = opens.astimezone(ZoneInfo(zone))

    assert opens <= closes
    assert (local.date(), local.strftime("%H:%M")) >= (day, wall)
