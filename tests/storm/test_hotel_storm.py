"""The hotel's state equals its model after any sequence of actions, crashes and time."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.storm.hotel_environment import Hotel
from tests.storm.hotel_machine import HotelMachine
from tests.storm.test_storm import SOME_AND_MANY, storms

STEPS = 10


def day_at(hotel: Hotel, kind: type[HotelMachine] = HotelMachine) -> type[HotelMachine]:
    return type("MachineHere", (kind,), {"hotel": hotel})


@SOME_AND_MANY
@pytest.mark.timeout(0)
def test_the_rooms_agree_with_the_model_after_every_day(hotel: Hotel, pytestconfig: pytest.Config, times: int) -> None:
    days = max(1, times * pytestconfig.getoption("--storm") * 2 // 5)
    run_state_machine_as_test(day_at(hotel), settings=storms(days, steps=STEPS))
