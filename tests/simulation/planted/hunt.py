"""The run mode `--planted`: searches for every planted fault, and prints the table of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.simulation.distribution import distribute
from tests.simulation.planted.fault import PlantedFault
from tests.simulation.planted.kinds import KINDS, LEFT_OUT
from tests.simulation.planted.table import FAULTS
from tests.simulation.reports import FAILURES, answer_table
from tests.simulation.worker_pool import Worker

SEEDS = 200
# Errors of a plant that no longer fits the product, and of a slow machine: they show no broken promise.
NO_FINDING = ("TypeError", "AttributeError", "NameError", "TimeoutError", "MemoryError")
Row = Mapping[str, Any]


def hunt(workers: Sequence[Worker], names: Sequence[str] = (), *, first: int = 1, seeds: int = SEEDS) -> Iterator[Row]:
    """The answer of `search.search_fault` for each fault, as it comes; for all faults where `names` is empty.

    Each search runs so many `seeds`, from the `first` on.

    Raises `LookupError` for an unknown name.
    """
    orders = [{"fault": fault.name, "first": first, "seeds": seeds} for fault in faults_named(names)]
    return distribute(workers, orders, Worker.carry_out)


def faults_named(names: Sequence[str]) -> list[PlantedFault]:
    """The faults with these names; all without a name. Raises `LookupError` for an unknown name."""
    if unknown := sorted(set(names) - FAULTS.keys()):
        raise LookupError(f"no planted fault is called {', '.join(unknown)}")
    return [FAULTS[name] for name in names] if names else list(FAULTS.values())


def command(
    workers: Sequence[Worker],
    names: Sequence[str],
    *,
    first: int,
    seeds: int,
    say: Callable[[str], None],
    answers: bool = False,
) -> int:
    """Search, print each result and the table; returns 1 where a fault is not found, or its run fails without it.

    With `answers`, print also the outcomes of all asks of each search.
    """
    rows = []
    for row in hunt(workers, names, first=first, seeds=seeds):
        rows.append(row)
        say(line(row))
        if answers:
            say(answer_table(row["answers"]))
        if row["trace"]:
            say(f"    its trace without the fault: {_trace_file(row)}")
    say(table(rows))
    return 0 if all(is_good(row) for row in rows) else 1


def _trace_file(row: Row) -> Path:
    """Write the trace of the run without the fault to a file; returns its path."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    path = FAILURES / f"{row['name']}-{row['seed']}.txt"
    path.write_text("\n".join([*row["trace"], row["without"], ""]))
    return path


def is_good(row: Row) -> bool:
    """Whether the fault is found, by a promise that the product broke, and the same run without it is green."""
    is_found = row["seed"] is not None and not any(error in row["violation"] for error in NO_FINDING)
    return is_found and not row["without"]


def line(row: Row) -> str:
    """The result of one search, in a line."""
    if row["seed"] is None:
        return f"{row['name']}: NOT FOUND, {row['seconds']:.1f} s"
    green = f"NOT GREEN without it: {row['without']}" if row["without"] else "green without it"
    return f"{row['name']}: seed {row['seed']}, {row['violation']}; {green}; {row['seconds']:.1f} s"


def table(rows: Sequence[Row]) -> str:
    """The table of all searches, in Markdown, and the kinds that no fault stands for."""
    lines = ["| planted fault | stands for | seed | seen as | green without | seconds |", "|---|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: list(FAULTS).index(row["name"])):
        kinds = ", ".join(FAULTS[row["name"]].kinds)
        seed, green = ("not found", "") if row["seed"] is None else (row["seed"], "no" if row["without"] else "yes")
        lines.append(f"| {row['name']} | {kinds} | {seed} | {row['kind']} | {green} | {row['seconds']:.1f} |")
    lines += ["", "Left out:", *(f"* {kind}, {KINDS[kind]}: {why}" for kind, why in LEFT_OUT.items())]
    return "\n".join(lines)
