"""Payments end in the right state after any sequence of actions, webhooks, faults, crashes and time.

At the end, reconciliation with the provider finds no difference.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from contracts.bookings.status import BookingStatus
from tests.storm.payment_environment import FREE
from tests.storm.payment_machine import PaymentMachine
from tests.storm.payment_model import HALF
from tests.storm.starting_states import StartingStates
from tests.storm.stay_machine import StayMachine

STEPS = 8
SOME_AND_MANY = pytest.mark.parametrize(
    "times", [1, pytest.param(25, marks=pytest.mark.long)], ids=["some storms", "many storms"]
)


def storms(count: int, *, steps: int = STEPS, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)) -> settings:
    """Settings for this number of deterministic runs."""
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


def at(starting_states: StartingStates, kind: type[PaymentMachine] = PaymentMachine) -> type[PaymentMachine]:
    return type("MachineHere", (kind,), {"starting_states": starting_states})


@SOME_AND_MANY
@pytest.mark.timeout(0)
def test_the_money_agrees_with_the_model_after_every_storm(
    starting_states: StartingStates, pytestconfig: pytest.Config, times: int
) -> None:
    run_state_machine_as_test(at(starting_states), settings=storms(times * pytestconfig.getoption("--storm")))


@SOME_AND_MANY
@pytest.mark.timeout(0)
def test_the_money_agrees_with_the_model_for_stays_in_house_and_no_shows(
    starting_states: StartingStates, pytestconfig: pytest.Config, times: int
) -> None:
    count = max(1, times * pytestconfig.getoption("--storm") // 5)
    run_state_machine_as_test(at(starting_states, StayMachine), settings=storms(count))


@pytest.mark.parametrize(("by", "retained"), [("staff", 29999), ("staff, waived", HALF)])
def test_a_guest_called_off_in_house_leaves_what_is_owed(
    starting_states: StartingStates, by: str, retained: int
) -> None:
    storm = at(starting_states, StayMachine)()
    storm.begin(FREE, "in house")
    [model] = storm.models
    assert starting_states.environment.booking(model.created).status is BookingStatus.IN_HOUSE

    storm.cancel(0, by=by, lazy=False)

    assert starting_states.environment.payments(model.id).retained == retained
    storm.teardown()
