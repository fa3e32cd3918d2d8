"""Leads runs to where a planted fault shows: who takes part, what they do more often, how often the world fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any

from tests.simulation import mixture
from tests.simulation import world as worlds
from tests.simulation.actors import trips
from tests.simulation.choices import Choices
from tests.simulation.mixture import Mixture
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.replacing import Replacements

# By its name, because the package has a function of the same name.
cast: Any = import_module("tests.simulation.actors.cast")
MORE = 20  # times as often
DUTIES = ("FRONT_DESK", "MONEY_DESK", "HOUSEKEEPING", "SUPERVISOR", "MANAGER")


@contextmanager
def led(fault: PlantedFault) -> Iterator[None]:
    """Every run in the `with` block is led as the fault's row says."""

    def drawn(choices: Choices, *, deadly: bool = False) -> Mixture:
        return replace(mixture.drawn(choices, deadly=deadly), **fault.mixture)

    chance = Choices.chance

    def likely(self: Choices, name: str, probability: float) -> bool:
        return chance(self, name, fault.odds.get(name, probability))

    replaced = Replacements()
    replaced.replace(Choices, "chance", likely)
    replaced.replace(worlds, "drawn", drawn)
    replaced.replace(cast, "ALWAYS", tuple(dict.fromkeys((*cast.ALWAYS, *fault.actors))))
    for name in DUTIES:
        replaced.replace(cast, name, _more_of(getattr(cast, name), fault.favours))
    for name in ("STEPS", "SPENDING_STEPS"):
        steps = {status: _more_of(each, fault.favours) for status, each in getattr(trips, name).items()}
        replaced.replace(trips, name, steps)
    try:
        yield
    finally:
        replaced.undo()


def _more_of(weights: Mapping[Callable[..., Any], int], favours: tuple[str, ...]) -> dict[Callable[..., Any], int]:
    return {each: weight * MORE if each.__name__ in favours else weight for each, weight in weights.items()}
