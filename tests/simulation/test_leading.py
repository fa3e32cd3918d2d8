"""A led run does more often what its row says, and is as every other run once the block has ended."""

from __future__ import annotations

from tests.simulation.actors import provider
from tests.simulation.actors.cast import KIND_WEIGHTS, KINDS
from tests.simulation.choices import Choices
from tests.simulation.mixture import drawn
from tests.simulation.planted.fault import PlantedFault, planted
from tests.simulation.planted.leading import led
from tests.simulation.planted.replacing import Replacements


@planted("I1", favours=("pay_beside",), odds={"leaves": 1.0}, choices={"days": (7,)}, kind_of_run="crowded")
def nothing_at_all(_: Replacements) -> None:
    """Nothing is changed."""


def kinds_of_run(fault: PlantedFault | None) -> set[str]:
    """The kinds of 50 runs, led to this fault or to none."""
    if fault is None:
        return {Choices(seed).pick("kind of run", KINDS, KIND_WEIGHTS) for seed in range(50)}
    with led(fault):
        return kinds_of_run(None)


def test_choices_are_confined_in_led_runs_alone() -> None:
    assert kinds_of_run(nothing_at_all) == {"crowded"}
    assert kinds_of_run(None) == set(KINDS)


def test_a_choice_without_a_fitting_option_is_free() -> None:
    with led(nothing_at_all):
        assert {Choices(seed).pick("days", (1, 2)) for seed in range(50)} == {1, 2}
        assert {Choices(seed).pick("days", (1, 7)) for seed in range(50)} == {7}


def test_what_a_row_does_not_name_fails_rarely() -> None:
    with led(nothing_at_all):
        assert {drawn(Choices(seed)).lost for seed in range(50)} == {0.0, 0.01}
    assert {drawn(Choices(seed)).lost for seed in range(50)} == {0.0, 0.01, 0.1}


def test_favours_and_odds_hold_in_the_block() -> None:
    before = provider.STEPS
    with led(nothing_at_all):
        assert provider.STEPS[provider.pay_beside] == 20 * before[provider.pay_beside]
        assert provider.STEPS[provider.refund] == before[provider.refund]
        assert Choices(1).chance("leaves", 0.0)
    assert provider.STEPS is before
    assert not Choices(1).chance("leaves", 0.0)
