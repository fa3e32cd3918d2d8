"""`python -m tests.simulation`: runs seeds on several workers, and reports violations. See `--help`."""

import argparse
import json
import sys
import time
from collections import Counter

from tests.simulation.farm import Farm
from tests.simulation.planted import hunt


def main() -> None:
    """Run the seeds that the command line names; exits with 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds")
    parser.add_argument("--steps", type=int, default=400, help="steps of each run, before its faults stop")
    parser.add_argument("--workers", type=int, default=1, help="processes that run seeds side by side")
    parser.add_argument("--planted", nargs="*", metavar="NAME", help="search for these planted faults, or for all")
    options = parser.parse_args()
    if options.planted is not None:
        with Farm(options.workers) as farm:
            sys.exit(hunt.command(farm.workers, options.planted, seeds=options.seeds, say=print))
    shares: Counter[str] = Counter()
    steps, seconds, bad, ended = 0, 0.0, 0, 0
    with Farm(options.workers) as farm:
        began = time.monotonic()
        worker = farm.workers[0]
        for seed in range(options.seed, options.seed + options.seeds):
            worker.order(seed, options.steps)
            result = worker.result()
            steps += result["steps"]
            seconds += result["seconds"]
            shares.update(result["shares"])
            ended += bool(result["shares"].get("check-out"))
            print(
                f"seed {seed}: {result['steps']} steps, {result['seconds']:.2f} s, {result['hash']} {result['violation']}"
            )  # noqa: T201
            if result["violation"]:
                bad += 1
                print("\n".join(result["trace"][-25:]))  # noqa: T201
        print(
            f"{steps} steps, {steps / seconds:.0f} steps/s, {time.monotonic() - began:.1f} s, {ended} with a check-out"
        )  # noqa: T201
        print(json.dumps(shares))  # noqa: T201
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
