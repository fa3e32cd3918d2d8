"""The bias of runs towards a planted fault: more likely actors, duties, choices and faults of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.simulation import mixture
from tests.simulation import world as worlds
from tests.simulation.actors import roster, trips
from tests.simulation.choices import Choices
from tests.simulation.mixture import Mixture
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.replacing import Replacements

FAVOUR_FACTOR = 20  # times as often
DUTIES = ("FRONT_DESK", "MONEY_DESK", "HOUSEKEEPING", "SUPERVISOR", "MANAGER")
STEPS = ("ORDINARY_STEPS", "PAYING_GUEST_STEPS")


@contextmanager
def biased_runs(fault: PlantedFault) -> Iterator[None]:
    """Every run in the `with` block has the bias of the fault's row."""

    def drawn(choices: Choices, *, deadly: bool = False) -> Mixture:
        return replace(mixture.drawn(choices, deadly=deadly), **fault.mixture)

    chance = Choices.chance

    def likely(self: Choices, name: str, probability: float) -> bool:
        return chance(self, name, fault.odds.get(name, probability))

    replaced = Replacements()
    replaced.replace(Choices, "chance", likely)
    replaced.replace(worlds, "drawn", drawn)
    replaced.replace(roster, "ALWAYS_PRESENT", tuple(dict.fromkeys((*roster.ALWAYS_PRESENT, *fault.actors))))
    for name in DUTIES:
        replaced.replace(roster, name, _more_of(getattr(roster, name), fault.favours))
    for name in STEPS:
        steps = {status: _more_of(each, fault.favours) for status, each in getattr(trips, name).items()}
        replaced.replace(trips, name, steps)
    try:
        yield
    finally:
        replaced.undo()


def _more_of(weights: Mapping[Callable[..., Any], int], favours: tuple[str, ...]) -> dict[Callable[..., Any], int]:
    return {each: weight * FAVOUR_FACTOR if each.__name__ in favours else weight for each, weight in weights.items()}
