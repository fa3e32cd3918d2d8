"""The bias of runs towards a planted fault: more likely actors, duties, choices and faults of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.simulation import mixture
from tests.simulation import world as worlds
from tests.simulation.actors import operators, provider, roster, trips
from tests.simulation.choices import Choices
from tests.simulation.mixture import Mixture
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.replacing import Replacements

FAVOUR_FACTOR = 20  # times as often
# Guests and staff pause briefly, and faults that a row does not name are rare, so that actors take more steps.
BUSY: Mapping[str, tuple[Any, ...]] = {
    "pause": (0.05, 0.1, 1.0, 2.0), "next guest": (0.05, 5.0), "deaths": (0.0, 0.003), "freezes": (0.0, 0.01),
    "lost messages": (0.0, 0.01), "webhooks": (0.0, 0.1), "provider": (0.0, 0.03), "notices": (0.0, 0.05),
    "slow": (0.0, 0.05), "refused events": (0.0, 0.003),
}  # fmt: skip
DUTIES = ("FRONT_DESK", "MONEY_DESK", "CHANGING_DESK", "HOUSEKEEPING", "SUPERVISOR", "MANAGER")
STEPS = ("ORDINARY_STEPS", "PAYING_GUEST_STEPS", "CHANGING_GUEST_STEPS", "STEPS_WHILE_A_CHANGE_WAITS")


@contextmanager
def biased_runs(fault: PlantedFault) -> Iterator[None]:
    """Every run in the `with` block has the bias of the fault's row."""

    def draw_mixture(choices: Choices, *, deadly: bool = False) -> Mixture:
        return replace(mixture.draw_mixture(choices, deadly=deadly), **fault.mixture)

    chance, pick = Choices.chance, Choices.pick
    choices = {**BUSY, **fault.choices}

    def likely(self: Choices, name: str, probability: float) -> bool:
        return chance(self, name, fault.odds.get(name, probability))

    def confined(self: Choices, name: str, options: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
        return pick(self, name, options, _confined_to(choices.get(name, ()), options, weights))

    replaced = Replacements()
    replaced.replace(Choices, "chance", likely)
    replaced.replace(Choices, "pick", confined)
    replaced.replace(worlds, "draw_mixture", draw_mixture)
    replaced.replace(roster, "ALWAYS_PRESENT", tuple(dict.fromkeys((*roster.ALWAYS_PRESENT, *fault.actors))))
    for name in DUTIES:
        replaced.replace(roster, name, _more_of(getattr(roster, name), fault.favours))
    replaced.replace(provider, "STEPS", _more_of(provider.STEPS, fault.favours))
    replaced.replace(operators, "DUTIES", _more_of(operators.DUTIES, fault.favours))
    for name in STEPS:
        steps = {status: _more_of(each, fault.favours) for status, each in getattr(trips, name).items()}
        replaced.replace(trips, name, steps)
    try:
        yield
    finally:
        replaced.undo()


def _more_of(weights: Mapping[Callable[..., Any], int], favours: tuple[str, ...]) -> dict[Callable[..., Any], int]:
    return {each: weight * FAVOUR_FACTOR if each.__name__ in favours else weight for each, weight in weights.items()}


def _confined_to(
    allowed: Sequence[Any], options: Sequence[Any], weights: Sequence[float] | None
) -> Sequence[float] | None:
    """The weights of the options where only those in `allowed` may be chosen; as they are where none of them may."""
    pairs = zip(options, weights or [1.0] * len(options), strict=True)
    confined = [weight if option in allowed else 0.0 for option, weight in pairs]
    return confined if any(confined) else weights
