"""Whatever guests, staff, crashes and time do to a hotel, it stands as a plain board of it says."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.storm.day import Day
from tests.storm.hotel import Hotel
from tests.storm.test_storm import storms

STEPS = 10


def day_at(hotel: Hotel, kind: type[Day] = Day) -> type[Day]:
    return type("DayHere", (kind,), {"hotel": hotel})


@pytest.mark.timeout(0)
def test_rooms_are_right_after_every_day(hotel: Hotel, pytestconfig: pytest.Config) -> None:
    days = max(1, pytestconfig.getoption("--storm") * 2 // 5)
    run_state_machine_as_test(day_at(hotel), settings=storms(days, steps=STEPS))
