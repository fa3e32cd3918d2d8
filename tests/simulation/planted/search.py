"""Searches for a planted fault, seed by seed, and runs the seed that finds it again without the fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulation import seeded
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.run_bias import biased_runs
from tests.simulation.planted.schema import without
from tests.simulation.planted.table import FAULTS
from tests.simulation.run import RunResult, run
from tests.simulation.world import World


def search_fault(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """Search for the `fault` of the order in so many `seeds`.

    The answer has the `seed` that finds it (None where none does), with its `violation` and the violation's `kind`;
    `without` is the violation of the same run without the fault, empty where that is green.
    """
    began, fault = seeded.real_time(), FAULTS[order["fault"]]
    with biased_runs(fault):
        first = _first_that_finds(world, fault, seeds=order["seeds"])
        green = run(world, first.seed, fault.steps) if first else None
    return {
        "name": fault.name,
        "seed": first.seed if first else None,
        "kind": first.kind if first else "",
        "violation": first.violation if first else "",
        "without": green.violation if green else "",
        "seconds": seeded.real_time() - began,
    }


def _first_that_finds(world: World, fault: PlantedFault, *, seeds: int) -> RunResult | None:
    with fault.planted() as product, without(fault.drops, world.databases):
        product.turn = world.turns.give_back
        for seed in range(1, seeds + 1):
            result = run(world, seed, fault.steps)
            if result.violation:
                return result
    return None
