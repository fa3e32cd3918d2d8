"""`python -m tests.simulation`: many seeds of the simulation on several workers. See ADR 26.

Each run draws all choices from its seed: what guests and staff do, what is delivered when, lost or doubled, where a
process dies, when time passes. A failing run prints its seed and trace, and keeps its shrunk choices in a file. Exits
with 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Any

from sandbox.stack.orphans import reap_orphans
from tests.simulation.planted import hunt
from tests.simulation.reports import Totals, answer_table, failure_text, write_failure
from tests.simulation.shrinking import Failure, shrink
from tests.simulation.worker_pool import Worker, WorkerPool

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
    parser.add_argument("--minutes", type=float, default=None, metavar="N", help="begin no seed after so many minutes")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), metavar="N", help="processes that run seeds")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="replay the choices of a failure that was kept")
    parser.add_argument("--points", action="store_true", help="list the crash points: enumerated, passed, hit")
    parser.add_argument("--hunt", action="store_true", help="let processes die where none has died in the runs before")
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
    if chosen.planted is not None:
        with WorkerPool(chosen.workers) as pool:
            seeds = chosen.seeds or hunt.SEEDS
            about: dict[str, Any] = {"first": chosen.seed, "seeds": seeds, "answers": chosen.answers}
            sys.exit(hunt.command(pool.workers, chosen.planted, say=say, **about))
    totals, began = Totals(), time.monotonic()
    last = chosen.seeds or (100 if chosen.minutes is None else None)
    numbers = range(chosen.seed, chosen.seed + last) if last else count(chosen.seed)
    with WorkerPool(chosen.workers) as pool:
        said = time.monotonic()
        for result in _results(pool, iter(numbers), chosen, totals.hits if chosen.hunt else None):
            totals.add(result)
            if result["kind"]:
                say(failure_text(result, write_failure(result, chosen.steps)))
            if time.monotonic() - said > PROGRESS_EVERY:
                said = time.monotonic()
                say(f"{said - began:5.0f} s  {totals.line()}")
    if chosen.points:
        say(totals.crash_point_table())
    if chosen.answers:
        say(answer_table(totals.answers))
    say(totals.summary())
    sys.exit(1 if totals.failures else 0)


def replay(path: Path) -> int:
    """Replay a kept failure, print its trace, and return the exit code."""
    failure = json.loads(path.read_text())
    with WorkerPool(1) as pool:
        pool.workers[0].start_run(failure["seed"], failure["steps"], failure["tape"], lines=20_000)
        result = pool.workers[0].result()
    say("\n".join(result["trace"]))
    say(result["violation"] or "no promise is broken")
    return 1 if result["kind"] else 0


def _results(
    pool: WorkerPool, seeds: Iterator[int], chosen: argparse.Namespace, hits: Collection[str] | None
) -> Iterator[dict[str, Any]]:
    """Yield the result of each seed as soon as a worker has it; a failure is shrunk first.

    With `hits`, the crash points that were hit by the results so far, the next run hunts for others.
    """
    until = time.monotonic() + 60 * chosen.minutes if chosen.minutes else None
    results: Queue[dict[str, Any] | Exception | None] = Queue()
    lock = Lock()

    def next_seed() -> int | None:
        with lock:
            return next(seeds, None) if until is None or time.monotonic() < until else None

    def work(worker: Worker) -> None:
        try:
            while (seed := next_seed()) is not None:
                worker.start_run(seed, chosen.steps, spared=None if hits is None else list(hits))
                result = worker.result()
                results.put(_shrink(worker, result, chosen) if result["kind"] else result)
        except Exception as problem:
            results.put(problem)
        results.put(None)

    for worker in pool.workers:
        Thread(target=work, args=[worker], daemon=True).start()
    working = len(pool.workers)
    while working:
        try:
            result = results.get(timeout=1)
        except Empty:
            continue
        if isinstance(result, Exception):
            raise result
        if result is None:
            working -= 1
        else:
            yield result


def _shrink(worker: Worker, result: dict[str, Any], chosen: argparse.Namespace) -> dict[str, Any]:
    """The same failure with simpler choices."""
    until = time.monotonic() + chosen.shrink
    tried: dict[tuple[int, ...], dict[str, Any]] = {}

    def failure_of(run: dict[str, Any]) -> Failure:
        return Failure(tuple(run["tape"]), tuple(run["starts"]), run["kind"])

    def replayed(tape: tuple[int, ...]) -> Failure:
        worker.start_run(result["seed"], chosen.steps, list(tape))
        run = worker.result()
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
