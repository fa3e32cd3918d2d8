"""Whatever people, the provider, its notices, crashes and time do to bookings, their money ends where it belongs.

In the end nothing that the provider shows differs from what we know: `hotelmate reconcile` would find nothing.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from contracts.bookings import BookingStatus
from tests.storm.beginnings import Beginnings
from tests.storm.long_machine import LongStorm
from tests.storm.machine import Storm
from tests.storm.model import HALF
from tests.storm.place import FREE

STEPS = 8


def storms(count: int, *, steps: int = STEPS, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> settings:
    """So many storms, the same ones every time."""
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def at(beginnings: Beginnings, kind: type[Storm] = Storm) -> type[Storm]:
    return type("StormHere", (kind,), {"beginnings": beginnings})


@pytest.mark.timeout(0)
def test_money_is_right_after_every_storm(beginnings: Beginnings, pytestconfig: pytest.Config) -> None:
    run_state_machine_as_test(at(beginnings), settings=storms(pytestconfig.getoption("--storm")))


@pytest.mark.timeout(0)
def test_money_is_right_when_guests_have_come_or_have_not(beginnings: Beginnings, pytestconfig: pytest.Config) -> None:
    count = max(1, pytestconfig.getoption("--storm") // 5)
    run_state_machine_as_test(at(beginnings, LongStorm), settings=storms(count))


@pytest.mark.parametrize(("by", "kept"), [("staff", 29999), ("staff, waived", HALF)])
def test_a_guest_called_off_in_house_leaves_what_is_owed(beginnings: Beginnings, by: str, kept: int) -> None:
    storm = at(beginnings, LongStorm)()
    storm.begin(FREE, "in house")
    [life] = storm.lives
    assert beginnings.place.booking(life.created).status is BookingStatus.IN_HOUSE

    storm.cancel(0, by=by, lazy=False)

    assert beginnings.place.purse(life.id).kept == kept
    storm.teardown()
