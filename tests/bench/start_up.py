"""How long the demo takes until it is ready, in one checkout beside others.

`python -m tests.bench.start_up . ../before` starts each checkout's stack in turn: in an empty directory, and again over
the data of that start. Prints the medians in seconds, and the CPU time of all processes until then.
"""

import argparse
import os
import re
import signal
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from sandbox.stack.process_table import cpu_seconds
from sandbox.stack.stack_config import DEFAULT_PORTS

READY = re.compile(r"ready after ([\d.]+) s")
ANY_PORTS = dict.fromkeys(DEFAULT_PORTS, "0")


def start(checkout: Path, directory: Path) -> tuple[float, float]:
    """Start the stack of a checkout and end it; returns the seconds until it was ready, and the CPU seconds."""
    argv = [str(checkout / ".venv/bin/python"), "-m", "sandbox.stack", "--directory", str(directory), "up"]
    began = time.monotonic()
    process = subprocess.Popen(argv, cwd=checkout, env=os.environ | ANY_PORTS, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    ready = 0.0
    for line in process.stdout:
        print(f"{time.monotonic() - began:6.2f} {line}", end="")
        if announced := READY.search(line):
            ready = float(announced[1])
            cpu = cpu_seconds(process.pid)
            process.send_signal(signal.SIGTERM)
            break
    process.communicate()
    if not ready:
        raise SystemExit(f"{checkout}: the stack was never ready")
    return ready, cpu


def main() -> None:
    """Start the checkouts in turn, and print the table."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.start_up", description=__doc__, formatter_class=formatter
    )
    parser.add_argument("checkouts", nargs="+", type=Path, help="checkouts, each with its packages in .venv")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    starts: defaultdict[tuple[Path, str], list[tuple[float, float]]] = defaultdict(list)
    for _ in range(chosen.rounds):
        for checkout in chosen.checkouts:
            with TemporaryDirectory(prefix="hotelmate-start-") as directory:
                for kind in ("first start", "again"):
                    starts[checkout, kind].append(start(checkout.resolve(), Path(directory) / "run"))
    table = Table("checkout", "", "ready after s", "of", "CPU s", "of")
    for (checkout, kind), results in starts.items():
        columns = [[value for value, _ in results], [value for _, value in results]]
        figures = [f(column) for column in columns for f in (_median, _all)]
        table.add_row(str(checkout), kind, *figures)
    Console(width=120).print(table)


def _median(values: list[float]) -> str:
    return f"{median(values):.1f}"


def _all(values: list[float]) -> str:
    return " ".join(f"{value:.1f}" for value in values)


if __name__ == "__main__":
    main()
