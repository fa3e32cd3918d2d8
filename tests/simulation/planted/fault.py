"""A planted fault: a change of the product that breaks one guarantee, and that the simulation must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.simulation.planted.replacing import Replacements

Plant = Callable[[Replacements], None]


@dataclass(frozen=True)
class DroppedConstraint:
    """A constraint of a table in a service's database that does not exist while the fault is planted."""

    service: str
    table: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PlantedFault:
    """One row of the table of planted faults.

    `kinds` are keys of `kinds.KINDS`: what the fault stands for. `plant` replaces functions and statements of the
    product in this process, and `drops` are the constraints that do not hold.

    The other fields bias a run, with and without the fault, towards the fault: `actors` take part in every run,
    `favours` are the names of what actors do more often, `odds` the probabilities of chances by their name, `choices`
    the options to which a choice is confined by its name, `mixture` the probabilities of the world's faults. A run has
    so many `steps`.
    """

    name: str
    kinds: tuple[str, ...]
    plant: Plant
    drops: Sequence[DroppedConstraint]
    actors: tuple[str, ...]
    favours: tuple[str, ...]
    odds: Mapping[str, float]
    choices: Mapping[str, tuple[Any, ...]]
    steps: int
    mixture: Mapping[str, float]

    @contextmanager
    def planted(self) -> Iterator[Replacements]:
        """The product with this fault, in the `with` block. The world drops the constraints itself."""
        product = Replacements()
        try:
            self.plant(product)
            yield product
        finally:
            product.undo()


def planted(
    *kinds: str,
    drops: Sequence[DroppedConstraint] = (),
    actors: tuple[str, ...] = (),
    favours: tuple[str, ...] = (),
    odds: Mapping[str, float] = MappingProxyType({}),
    choices: Mapping[str, tuple[Any, ...]] = MappingProxyType({}),
    kind_of_run: str = "",
    steps: int = 450,
    **mixture: float,
) -> Callable[[Plant], PlantedFault]:
    """Make a function that plants a fault a row of the table; its docstring says what the fault is.

    With `kind_of_run`, all its runs are of this kind.
    """
    confined = {**choices, "kind of run": (kind_of_run,)} if kind_of_run else choices

    def row(plant: Plant) -> PlantedFault:
        return PlantedFault(
            name=plant.__name__,
            kinds=kinds,
            plant=plant,
            drops=drops,
            actors=actors,
            favours=favours,
            odds=odds,
            choices=confined,
            steps=steps,
            mixture=mixture,
        )

    return row
