"""The run mode `--planted`: searches for every planted fault, and prints the table of what the searches came to.

Seeds are first run without any fault: they must be green, and they say how often they reach what a fault replaces.
Then each fault is searched for among the seeds that reach it, those that reach it most often first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.kinds import KINDS, LEFT_OUT
from tests.simulation.planted.spreading import Orderly, spread
from tests.simulation.planted.table import FAULTS

SEEDS, STEPS = 200, 350
ROUNDS = (0, 8, 24, 72, 200)  # seeds at the ends of the rounds
Row = Mapping[str, Any]


class Hunt:
    """The search for some planted faults. `red` are the seeds that are not green without a fault."""

    def __init__(
        self, workers: Sequence[Orderly], names: Sequence[str] = (), *, seeds: int = SEEDS, steps: int = STEPS
    ) -> None:
        self._workers = workers
        self._steps = steps
        self._ends = [*(end for end in ROUNDS if end < seeds), seeds]
        self._missing = chosen(names)
        self.red: dict[int, str] = {}

    def rows(self) -> Iterator[Row]:
        """The result for each fault, as it comes; `seed` is None where no seed finds the fault."""
        for first, last in pairwise(self._ends):
            mixtures = {tuple(sorted(fault.mixture.items())) for fault in self._missing}
            for mixture in sorted(mixtures):
                yield from self._round(range(first + 1, last + 1), dict(mixture))
        for fault in self._missing:
            yield {"name": fault.name, "seed": None, "kind": "", "violation": "", "seconds": 0.0}

    def _round(self, seeds: range, mixture: dict[str, Any]) -> Iterator[Row]:
        faults = [fault for fault in self._missing if fault.mixture == mixture]
        common = {"steps": self._steps, "mixture": mixture}
        runs = list(spread(self._workers, [{"seed": seed, **common} for seed in seeds]))
        self.red |= {run["seed"]: run["violation"] for run in runs if run["violation"]}
        green = [run for run in runs if not run["violation"]]
        orders = [{"fault": fault.name, "seeds": reaching(green, fault), **common} for fault in faults]
        for row in spread(self._workers, [order for order in orders if order["seeds"]]):
            if row["seed"] is not None:
                self._missing.remove(FAULTS[row["name"]])
                yield row


def reaching(runs: Sequence[Row], fault: PlantedFault) -> list[int]:
    """The seeds of the runs that reach what the fault replaces, those that reach it most often first."""
    calls = {run["seed"]: run["reached"].get(fault.name, 0) for run in runs}
    return sorted((seed for seed in calls if calls[seed]), key=lambda seed: (-calls[seed], seed))


def chosen(names: Sequence[str]) -> list[PlantedFault]:
    """The faults with these names; all without a name. Raises `LookupError` for an unknown name."""
    if unknown := sorted(set(names) - FAULTS.keys()):
        raise LookupError(f"no planted fault is called {', '.join(unknown)}")
    return [FAULTS[name] for name in names] if names else list(FAULTS.values())


def command(workers: Sequence[Orderly], names: Sequence[str], *, seeds: int, say: Callable[[str], None]) -> int:
    """Search, print each result and the table; the exit code is 1 where a fault is not found or a seed is red."""
    search, rows = Hunt(workers, names, seeds=seeds), []
    for row in search.rows():
        rows.append(row)
        say(line(row))
    say(table(rows))
    for seed, violation in sorted(search.red.items()):
        say(f"seed {seed} is not green without a fault: {violation}")
    return 1 if search.red or any(row["seed"] is None for row in rows) else 0


def line(row: Row) -> str:
    """What one search came to."""
    if row["seed"] is None:
        return f"{row['name']}: NOT FOUND"
    return f"{row['name']}: seed {row['seed']}, {row['violation']}; {row['seconds']:.1f} s"


def table(rows: Sequence[Row]) -> str:
    """The table of all searches, in Markdown, and the kinds that no fault stands for."""
    lines = ["| planted fault | stands for | seed | seen as | green without | seconds |", "|---|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: list(FAULTS).index(row["name"])):
        kinds = ", ".join(FAULTS[row["name"]].kinds)
        seed, green = ("not found", "") if row["seed"] is None else (row["seed"], "yes")
        lines.append(f"| {row['name']} | {kinds} | {seed} | {row['kind']} | {green} | {row['seconds']:.1f} |")
    lines += ["", "Left out:", *(f"* {kind}, {KINDS[kind]}: {why}" for kind, why in LEFT_OUT.items())]
    return "\n".join(lines)
