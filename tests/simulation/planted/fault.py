"""A planted fault: a change of the product that breaks one guarantee, and that the simulation must find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    product in this process.

    The other fields bias a run, with and without the fault, towards the fault: `actors` take part in every run,
    `favours` are the names of what actors do more often, `odds` the probabilities of chances by their name on the tape,
    `choices` the options to which a choice is confined by its name on the tape, `mixture` the probabilities of the
    world's faults, `steps` the length of a run.
    """

    name: str
    what: str
    kinds: tuple[str, ...]
    plant: Plant
    drops: Sequence[DroppedConstraint] = ()
    actors: tuple[str, ...] = ()
    favours: tuple[str, ...] = ()
    odds: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    steps: int = 450
    mixture: Mapping[str, float] = field(default_factory=dict)

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
    odds: Mapping[str, float] | None = None,
    choices: Mapping[str, tuple[Any, ...]] | None = None,
    kind_of_run: str = "",
    steps: int = 450,
    **mixture: float,
) -> Callable[[Plant], PlantedFault]:
    """Make a function that plants a fault a row of the table; its docstring says what the fault is.

    With `kind_of_run`, all its runs are of this kind.
    """
    confined = {**(choices or {}), **({"kind of run": (kind_of_run,)} if kind_of_run else {})}

    def row(plant: Plant) -> PlantedFault:
        return PlantedFault(
            name=plant.__name__,
            what=(plant.__doc__ or "").strip(),
            kinds=kinds,
            plant=plant,
            drops=drops,
            actors=actors,
            favours=favours,
            odds=odds or {},
            choices=confined,
            steps=steps,
            mixture=mixture,
        )

    return row
