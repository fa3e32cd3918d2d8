"""`python -m tests.bench`: measures each row beside its yardstick, and prints the table.

Rows that begin with `cost:` are CPU milliseconds of all processes for one operation, from its request until its events,
pushes and mails are done; a second table has them by group of processes, with SQL commands, commits, fsyncs and
messages.
"""

import argparse
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console

from sandbox.stack.orphans import reap_orphans
from tests.bench.cost.work_counters import SETTLED_AFTER
from tests.bench.cost_table import show_costs
from tests.bench.costs import CostOptions, costs
from tests.bench.figures import committed, save
from tests.bench.growth import GrowthOptions, growth
from tests.bench.harness import Comparison, Metric, compare, show
from tests.bench.last_room import last_room
from tests.bench.levels import Level, show_levels
from tests.bench.partitions import partitions
from tests.bench.protection import protection
from tests.bench.regressions import regressions, uncommitted
from tests.bench.resources import resources
from tests.bench.room_plans import room_plans
from tests.bench.routing import routing
from tests.bench.signing import signing
from tests.bench.system import system

Group = Callable[[], Iterator[Comparison] | Iterator[Level]]


def main() -> None:
    """The command line; exits with 1 where a row fails, or where `--check` finds one worse than the committed one."""
    options = parser().parse_args()
    reap_orphans()
    console = Console(width=220)
    results = Results()
    for group in groups(options.only, all_groups(options, console)):
        results.measure(group, options, console)
        if options.save:
            save(results.figures, results.levels)
    show(results.figures, console)
    show_costs(results.figures, console)
    show_levels(results.levels, console)
    worse = check(results.figures, console) if options.check else False
    if not results.figures and not results.levels:
        results.failed.append(f"no row has {options.only!r} in its name")
    for line in results.failed:
        console.print(f"not measured: {line}", markup=False)
    sys.exit(worse or bool(results.failed))


@dataclass
class Results:
    """The rows that are measured, and those that failed with their errors."""

    figures: list[Metric] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def measure(self, group: Group, options: argparse.Namespace, console: Console) -> None:
        """Measure the rows of a group that the options choose. A row that fails does not end the others."""
        with self._failing("the rest of the group", console):
            for row in group():
                if options.only in row.name:
                    console.print(f"measuring {row.name} …")
                    with self._failing(row.name, console):
                        self._measure(row, options.rounds)

    def _measure(self, row: Comparison | Level, rounds: int) -> None:
        if isinstance(row, Level):
            self.levels.append(row)
        else:
            self.figures.append(compare(row, rounds=rounds))

    @contextmanager
    def _failing(self, what: str, console: Console) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            console.print("".join(traceback.format_exception(error)), markup=False, highlight=False)
            self.failed.append(f"{what}: {error}")


def check(figures: Sequence[Metric], console: Console) -> bool:
    """Whether a ratio is worse than the committed one; prints which, and which rows have none."""
    rows = committed()
    worse = regressions(figures, rows)
    for line in worse:
        console.print(f"worse than committed: {line}")
    for name in uncommitted(figures, rows):
        console.print(f"not compared, as no figure is committed: {name}")
    return bool(worse)


def parser() -> argparse.ArgumentParser:
    """The options."""
    formatter = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=formatter)
    options.add_argument("--hotels", type=int, default=1_000, help="how many hotels are stored (default 1000)")
    options.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each figure (default 5)")
    options.add_argument("--stays", type=int, default=200, help="bookings in each round of a cost (default 200)")
    options.add_argument("--stored", type=int, default=1_000_000, help="bookings after growth (default 1000000)")
    options.add_argument(
        "--settle",
        type=float,
        default=SETTLED_AFTER,
        help="seconds of rest before each reading of a cost (default 11); with fewer, which is good for trying the "
        "code only, the server's counters are late",
    )
    options.add_argument("--only", default="", help="run only figures whose name contains this")
    options.add_argument("--save", action="store_true", help="write the figures to tests/bench/figures.json")
    options.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 where a ratio is more than 15 %% worse than the one in tests/bench/figures.json",
    )
    return options


def all_groups(options: argparse.Namespace, console: Console) -> dict[str, Group]:
    """The groups of rows, in the order in which they run. A row's name begins with its group's, except in `system`."""
    cost = CostOptions(options.stays, options.rounds, options.settle)
    stored = GrowthOptions(options.stored, options.stays, options.rounds, options.settle)
    return {
        "routing": routing,
        "signing": signing,
        "room plan": room_plans,
        "partitions": partitions,
        "protection": protection,
        "cost": partial(costs, cost, console),
        "last room": last_room,
        "resources": partial(resources, console),
        "growth": partial(growth, stored, console),
        "system": partial(system, hotels=options.hotels, console=console),
    }


def groups(only: str, every: Mapping[str, Group]) -> list[Group]:
    """The groups that are run: those whose name begins as `only` does, or else the whole system; or all."""
    if not only:
        return list(every.values())
    chosen = [group for name, group in every.items() if only.startswith(name) or name.startswith(only)]
    return chosen or [every["system"]]


if __name__ == "__main__":
    main()
