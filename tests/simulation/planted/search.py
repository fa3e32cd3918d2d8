"""Runs seeds without a fault, counting what they reach, and with a planted fault, until one seed finds the fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.simulation import mixture, seeded
from tests.simulation import world as worlds
from tests.simulation.choices import Choices
from tests.simulation.mixture import Mixture
from tests.simulation.planted.reach import counted
from tests.simulation.planted.replacing import Replacements
from tests.simulation.planted.schema import without
from tests.simulation.planted.table import FAULTS
from tests.simulation.run import run
from tests.simulation.world import World


def answered(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out an order of `hunt`: to run a `seed` without any fault, or to search for a `fault` among `seeds`."""
    began = seeded.real_time()
    answer = _searched(world, order) if "fault" in order else _reached(world, order)
    return {**answer, "seconds": seeded.real_time() - began}


def _reached(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """The violation of a seed, empty where it is green, and how often the run reaches each fault's functions."""
    with counted() as calls, _mixed(order["mixture"]):
        result = run(world, order["seed"], order["steps"])
    return {"seed": result.seed, "violation": result.violation, "reached": dict(calls)}


def _searched(world: World, order: Mapping[str, Any]) -> dict[str, Any]:
    """The first of the seeds that finds the fault, None where none does, with the violation and its kind."""
    fault = FAULTS[order["fault"]]
    with fault.planted(), without(fault.drops, world.databases), _mixed(order["mixture"]):
        for seed in order["seeds"]:
            result = run(world, seed, order["steps"])
            if result.violation:
                return {"name": fault.name, "seed": seed, "kind": result.kind, "violation": result.violation}
    return {"name": fault.name, "seed": None, "kind": "", "violation": ""}


@contextmanager
def _mixed(changes: Mapping[str, Any]) -> Iterator[None]:
    """The mixture of every run, with these changes."""

    def changed(choices: Choices) -> Mixture:
        return replace(mixture.drawn(choices), **changes)

    replaced = Replacements()
    replaced.replace(worlds, "drawn", changed)
    try:
        yield
    finally:
        replaced.undo()
