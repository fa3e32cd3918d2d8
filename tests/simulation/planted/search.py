"""Searches for a planted fault, seed by seed, and runs the seed that finds it again without the fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from tests.simulation import mixture, seeded
from tests.simulation import world as worlds
from tests.simulation.choices import Choices
from tests.simulation.mixture import Mixture
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.replacing import Replacements
from tests.simulation.planted.schema import without
from tests.simulation.planted.table import FAULTS
from tests.simulation.run import RunResult, run
from tests.simulation.world import World


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What a search came to. `seed` is None where no seed finds the fault; `seconds` are of the machine's clock.

    `kind` and `violation` are of the first violation; `without` is the violation of the same seed without the fault,
    empty where it is green.
    """

    name: str
    seed: int | None
    kind: str = ""
    violation: str = ""
    without: str = ""
    runs: int = 0
    seconds: float = 0.0


def searched(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """The result, as JSON, of an order: the name of a `fault`, how many `seeds` at most, and `steps` of a run."""
    return asdict(search(world, FAULTS[order["fault"]], seeds=order["seeds"], steps=order["steps"]))


def search(world: World, fault: PlantedFault, *, seeds: int, steps: int) -> SearchResult:
    """Run seeds until one finds the fault, and that seed without the fault."""
    began = seeded.real_time()
    first = _first_that_finds(world, fault, seeds=seeds, steps=steps)
    result = SearchResult(name=fault.name, seed=None, runs=seeds)
    if first:
        with _mixed(fault):
            green = run(world, first.seed, steps)
        result = SearchResult(
            name=fault.name,
            seed=first.seed,
            kind=first.kind,
            violation=first.violation,
            without=green.violation,
            runs=first.seed + 1,
        )
    return replace(result, seconds=seeded.real_time() - began)


def _first_that_finds(world: World, fault: PlantedFault, *, seeds: int, steps: int) -> RunResult | None:
    with fault.planted(), without(fault.drops, world.databases), _mixed(fault):
        for seed in range(seeds):
            result = run(world, seed, steps)
            if result.violation:
                return result
    return None


@contextmanager
def _mixed(fault: PlantedFault) -> Iterator[None]:
    """The mixture of every run, with what the fault changes of it."""

    def changed(choices: Choices) -> Mixture:
        return replace(mixture.drawn(choices), **fault.mixture)

    product = Replacements()
    product.replace(worlds, "drawn", changed)
    try:
        yield
    finally:
        product.undo()
