"""`python -m tests.simulation`: many seeds of the simulation on several workers. See ADR 26.

Each run draws all choices from its seed: what guests and staff do, what is delivered when, lost or doubled, where a
process dies, when time passes. A failing run prints its seed and trace, and keeps its shrunk choices in a file. Exits
with 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Any, TypeVar

from sandbox.stack.orphans import reap_orphans
from tests.simulation.directed_deaths import DirectedSearch, SeedRun
from tests.simulation.distribution import distribute
from tests.simulation.planted import hunt
from tests.simulation.reports import Totals, answer_table, failure_text, write_failure
from tests.simulation.run_record import MAX_TRACE_LINES
from tests.simulation.shrinking import Failure, shrink
from tests.simulation.worker_pool import Worker, WorkerPool

Order = TypeVar("Order")

DEFAULT_SEEDS = 100
PROGRESS_EVERY = 10.0  # seconds
SHRINK_FOR = 60.0  # seconds


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (1)")
    parser.add_argument(
        "--seeds", type=int, default=None, metavar="N", help="how many seeds (100; with --minutes: any)"
    )
    parser.add_argument(
        "--steps", type=int, default=600, metavar="N", help="steps of a run before its faults stop (600)"
    )
    parser.add_argument("--minutes", type=float, default=None, metavar="N", help="begin no run after so many minutes")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), metavar="N", help="processes that run seeds")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="replay the choices of a failure that was kept")
    parser.add_argument("--points", action="store_true", help="list the crash points: enumerated, passed, hit")
    parser.add_argument("--hunt", action="store_true", help="let processes die where none has died in the runs before")
    parser.add_argument(
        "--every-point",
        action="store_true",
        help="hunt; then run seeds again in which a crash point was passed and not hit, and let a process die there",
    )
    parser.add_argument("--answers", action="store_true", help="list the answers by ask and outcome")
    parser.add_argument("--shrink", type=float, default=SHRINK_FOR, metavar="SECONDS", help="how long to shrink (60)")
    parser.add_argument("--planted", nargs="*", metavar="NAME", help="search for planted faults: these, or all")
    return parser.parse_args()


def main() -> None:
    """Run the seeds that the command line names; exits with 1 where a promise was broken."""
    chosen = options()
    reap_orphans()
    if chosen.replay:
        sys.exit(replay(chosen.replay))
    with WorkerPool(chosen.workers) as pool:
        sys.exit(run_seeds(pool, chosen) if chosen.planted is None else search_planted(pool, chosen))


def replay(path: Path) -> int:
    """Replay a kept failure, print its trace, and return the exit code."""
    failure = json.loads(path.read_text())
    with WorkerPool(1) as pool:
        result = pool.workers[0].run(
            failure["seed"], failure["steps"], failure["tape"], lines=MAX_TRACE_LINES, plan=failure.get("plan", ())
        )
    say("\n".join(result["trace"]))
    say(result["violation"] or "no promise is broken")
    return 1 if result["kind"] else 0


def search_planted(pool: WorkerPool, chosen: argparse.Namespace) -> int:
    """Search for the chosen planted faults, and return the exit code."""
    seeds = chosen.seeds or hunt.SEEDS
    return hunt.command(pool.workers, chosen.planted, first=chosen.seed, seeds=seeds, say=say, answers=chosen.answers)


def run_seeds(pool: WorkerPool, chosen: argparse.Namespace) -> int:
    """Run the chosen seeds, print failures, progress and the summary, and return the exit code."""
    totals, began = Totals(), time.monotonic()
    until = began + 60 * chosen.minutes if chosen.minutes else math.inf
    how_many = chosen.seeds or (DEFAULT_SEEDS if chosen.minutes is None else None)
    numbers = range(chosen.seed, chosen.seed + how_many) if how_many else count(chosen.seed)

    search = DirectedSearch(totals.hits)

    def carry_out(worker: Worker, order: SeedRun) -> dict[str, Any]:
        result = order.carry_out(worker, chosen.steps)
        return shrunk(worker, result, chosen) if result["kind"] else result

    def in_time(orders: Iterable[Order]) -> Iterator[Order]:
        return takewhile(lambda _: time.monotonic() < until, orders)

    def results() -> Iterator[dict[str, Any]]:
        spared = (lambda: tuple(totals.hits)) if chosen.hunt or chosen.every_point else lambda: None
        yield from distribute(pool.workers, (SeedRun(seed, spared()) for seed in in_time(numbers)), carry_out)
        while chosen.every_point and search.waiting() and time.monotonic() < until:
            yield from distribute(pool.workers, in_time(search.runs()), carry_out)

    said = began
    for result in results():
        totals.add(result)
        search.remember(result)
        if result["kind"]:
            say(failure_text(result, write_failure(result, chosen.steps)))
        if time.monotonic() - said > PROGRESS_EVERY:
            said = time.monotonic()
            say(f"{said - began:5.0f} s  {totals.line()}")
    if chosen.points:
        say(totals.crash_point_table(search.attempts))
    if chosen.answers:
        say(answer_table(totals.answers))
    say(totals.summary())
    return 1 if totals.failures else 0


def shrunk(worker: Worker, result: dict[str, Any], chosen: argparse.Namespace) -> dict[str, Any]:
    """The same failure with simpler choices."""
    until = time.monotonic() + chosen.shrink
    tried: dict[tuple[int, ...], dict[str, Any]] = {}

    def failure_of(run: dict[str, Any]) -> Failure:
        return Failure(tuple(run["tape"]), tuple(run["starts"]), run["kind"])

    def replayed(tape: tuple[int, ...]) -> Failure:
        run = worker.run(result["seed"], chosen.steps, tape, plan=result["plan"])
        failure = failure_of(run)
        tried[failure.tape] = run
        return failure

    best = shrink(failure_of(result), replayed, goes_on=lambda: time.monotonic() < until)
    return {**result, **tried.get(best.tape, {})}


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
