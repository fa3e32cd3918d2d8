"""A biased run does more often what its row says; after the block runs are as before."""

from __future__ import annotations

from tests.simulation.actors import provider
from tests.simulation.actors.roster import RUN_KIND_WEIGHTS, RUN_KINDS
from tests.simulation.choices import Choices
from tests.simulation.mixture import draw_mixture
from tests.simulation.planted.fault import PlantedFault, planted
from tests.simulation.planted.replacing import Replacements
from tests.simulation.planted.run_bias import biased_runs


@planted("I1", favours=("pay_outside_checkout",), odds={"leaves": 1.0}, choices={"days": (7,)}, kind_of_run="crowded")
def nothing_at_all(_: Replacements) -> None:
    """Nothing is changed."""


def kinds_of_run(fault: PlantedFault | None) -> set[str]:
    """The kinds of 50 runs, with the bias of this fault or without bias."""
    if fault is None:
        return {Choices(seed).pick("kind of run", RUN_KINDS, RUN_KIND_WEIGHTS) for seed in range(50)}
    with biased_runs(fault):
        return kinds_of_run(None)


def test_choices_are_confined_in_biased_runs_alone() -> None:
    assert kinds_of_run(nothing_at_all) == {"crowded"}
    assert kinds_of_run(None) == set(RUN_KINDS)


def test_a_choice_without_a_fitting_option_is_free() -> None:
    with biased_runs(nothing_at_all):
        assert {Choices(seed).pick("days", (1, 2)) for seed in range(50)} == {1, 2}
        assert {Choices(seed).pick("days", (1, 7)) for seed in range(50)} == {7}


def test_what_a_row_does_not_name_fails_rarely() -> None:
    with biased_runs(nothing_at_all):
        assert {draw_mixture(Choices(seed)).lost for seed in range(50)} == {0.0, 0.01}
    assert {draw_mixture(Choices(seed)).lost for seed in range(50)} == {0.0, 0.01, 0.1}


def test_favours_and_odds_hold_in_the_block() -> None:
    before = provider.STEPS
    with biased_runs(nothing_at_all):
        assert provider.STEPS[provider.pay_outside_checkout] == 20 * before[provider.pay_outside_checkout]
        assert provider.STEPS[provider.refund] == before[provider.refund]
        assert Choices(1).chance("leaves", 0.0)
    assert provider.STEPS is before
    assert not Choices(1).chance("leaves", 0.0)
