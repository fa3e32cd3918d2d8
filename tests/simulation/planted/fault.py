"""A planted fault: a change of the product that breaks one guarantee, and that the simulation must find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class DroppedConstraint:
    """A constraint of a table in a service's database that does not exist while the fault is planted."""

    service: str
    table: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PlantedFault:
    """One row of the table of planted faults.

    `kinds` are what the fault stands for: `I7` for an invariant, `Right 17` for a number in the table of faults that
    were mended, or a name of `kinds.OTHERS`. `plant` replaces functions and statements of the product in this process.
    `mixture` changes the shares of the actors and of the world's faults for a run that finds the fault.
    """

    name: str
    what: str
    kinds: tuple[str, ...]
    plant: Plant
    drops: Sequence[DroppedConstraint] = ()
    mixture: Mapping[str, Any] = field(default_factory=dict)

    def planted(self) -> AbstractContextManager[pytest.MonkeyPatch]:
        """The product with this fault, in the `with` block. The world drops the constraints itself."""
        return _Planted(self)


class _Planted(AbstractContextManager[pytest.MonkeyPatch]):
    def __init__(self, fault: PlantedFault) -> None:
        self._fault = fault
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> pytest.MonkeyPatch:
        try:
            self._fault.plant(self._patch)
        except BaseException:
            self._patch.undo()
            raise
        return self._patch

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


def planted(*kinds: str, drops: Sequence[DroppedConstraint] = (), **mixture: Any) -> Callable[[Plant], PlantedFault]:
    """Make a function that plants a fault a row of the table; the docstring says what the fault is."""

    def row(plant: Plant) -> PlantedFault:
        name = plant.__name__
        return PlantedFault(
            name=name, what=(plant.__doc__ or "").strip(), kinds=kinds, plant=plant, drops=drops, mixture=mixture
        )

    return row
