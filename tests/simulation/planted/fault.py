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
    product in this process. `mixture` changes the shares of the actors and of the world's faults for a run that is to
    find the fault, and `steps` how many steps it takes; 0 is the usual number.
    """

    name: str
    what: str
    kinds: tuple[str, ...]
    plant: Plant
    drops: Sequence[DroppedConstraint] = ()
    mixture: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 0

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
    *kinds: str, drops: Sequence[DroppedConstraint] = (), steps: int = 0, **mixture: Any
) -> Callable[[Plant], PlantedFault]:
    """Make a function that plants a fault a row of the table; its docstring says what the fault is."""

    def row(plant: Plant) -> PlantedFault:
        return PlantedFault(
            name=plant.__name__,
            what=(plant.__doc__ or "").strip(),
            kinds=kinds,
            plant=plant,
            drops=drops,
            mixture=mixture,
            steps=steps,
        )

    return row
