"""Searches for a planted fault, seed by seed, and runs the seed that finds it again without the fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.simulation import seeded
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.run_bias import biased_runs
from tests.simulation.planted.schema import without
from tests.simulation.planted.table import FAULTS
from tests.simulation.run import RunResult, run
from tests.simulation.world import World


def search_fault(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """Search for the `fault` of the order in so many `seeds`, from the `first` on.

    The answer has the `seed` that finds it (None where none does), with its `violation` and the violation's `kind`;
    `without` is the violation of the same run without the fault, empty where that is green, and `trace` how that came.
    `answers` counts the outcomes of the asks of all runs with the fault.
    """
    began, fault = seeded.real_time(), FAULTS[order["fault"]]
    answers: Counter[str] = Counter()
    with biased_runs(fault):
        finding = None
        for result in _runs(world, fault, range(order["first"], order["first"] + order["seeds"])):
            answers += result.answers
            finding = result if result.violation else None
        green = run(world, finding.seed, fault.steps) if finding else None
    return {
        "name": fault.name,
        "seed": finding.seed if finding else None,
        "kind": finding.kind if finding else "",
        "violation": finding.violation if finding else "",
        "without": green.violation if green else "",
        "trace": green.trace if green and green.violation else [],
        "answers": answers,
        "seconds": seeded.real_time() - began,
    }


def _runs(world: World, fault: PlantedFault, seeds: Iterable[int]) -> Iterator[RunResult]:
    """The runs of these seeds with the fault, up to the first one in which it is found."""
    with fault.planted() as product, without(fault.drops, world.databases):
        product.turn = world.turns.give_back
        for seed in seeds:
            result = run(world, seed, fault.steps)
            yield result
            if result.violation:
                return
