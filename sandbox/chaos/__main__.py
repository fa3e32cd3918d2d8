"""`python -m sandbox.chaos`: faults in a running system under load, judged by the answers to its clients."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from sandbox.chaos.client.load import Load
from sandbox.chaos.faults.plan import draw_plan
from sandbox.chaos.hotels import import_larger_hotels
from sandbox.chaos.report.terminal import show
from sandbox.chaos.report.write import write_report
from sandbox.chaos.run import HOTELS, ChaosRun
from sandbox.chaos.system import ChaosSystem
from sandbox.stack.orphans import reap_orphans
from sandbox.stack.run_directory import temporary_run

VIOLATED, INTERRUPTED = 1, 130
UNBOUNDED_FAULTS = 100_000  # more faults than any span of minutes has


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the faults and write the report; returns 1 where a promise did not hold, otherwise 0."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="seed of the plan and of the clients' choices (default: drawn)")
    parser.add_argument("--faults", type=int, help="number of faults (default: 20, or as many as fit into --minutes)")
    parser.add_argument("--minutes", type=float, help="begin no further fault after so many minutes")
    parser.add_argument(
        "--only", action="append", default=[], metavar="KIND/PROCESS",
        help="only this kind, process, or kind of a process, as in killed, rooms, killed/rooms; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--report",
        type=Path,
        default=Path(".run/chaos"),
        metavar="DIR",
        help="directory of the report (default: .run/chaos)",
    )
    parser.add_argument("--rate", type=float, default=25.0, help="requests a second of all clients together")
    parser.add_argument("--goal", type=float, default=10.0, help="longest recovery in seconds that is no violation")
    parser.add_argument(
        "--long",
        action="store_true",
        help="with outages of a minute, which runs of 100 faults or of 30 minutes always have",
    )
    chosen = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1_000_000) if chosen.seed is None else chosen.seed
    count = chosen.faults or (UNBOUNDED_FAULTS if chosen.minutes else 20)
    try:
        long = chosen.long or (chosen.faults or 0) >= 100 or (chosen.minutes or 0) >= 30
        plan = draw_plan(seed, count, only=chosen.only, long=long)
    except ValueError as problem:
        parser.error(str(problem))
    reap_orphans()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # everything that was started ends in order
    began = time.monotonic()
    with temporary_run() as directory, ChaosSystem.start(directory, seed=seed) as system:
        import_larger_hotels(system.stack_json, HOTELS, directory)
        print(f"seed {seed}: the system is ready after {time.monotonic() - began:.0f} s", flush=True)
        load = Load(system.url, system.stack_json, seed, HOTELS, rate=chosen.rate, clock_offset=clock_offset(system))
        run = ChaosRun(system, load, goal=chosen.goal, say=lambda text: print(text, flush=True))
        interrupted = False
        try:
            run.go(plan, until=began + 60 * chosen.minutes if chosen.minutes else float("inf"))
        except KeyboardInterrupt:
            interrupted = True
            print("\nInterrupted: what follows was not judged to the end.")
        finally:
            write_report(run, chosen.report, seed=seed)
    show(run, chosen.report)
    return INTERRUPTED if interrupted else VIOLATED if run.violations() else 0


def clock_offset(system: ChaosSystem) -> float:
    """The seconds by which the system's clock is ahead of this machine's."""
    url = f"{system.stack_json['stripe']['url']}/_control/clock"
    now = httpx.get(url, trust_env=False).raise_for_status().json()["now"]
    return float(now) - time.time()


if __name__ == "__main__":
    sys.exit(main())
