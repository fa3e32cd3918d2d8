"""The plan of a run: which faults, in which order, drawn from the seed. The same seed gives the same plan."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sandbox.chaos.faults.table import COPIED_PROCESSES, NODES, POISON_KINDS, FaultCell, FaultKind, cells

DURATIONS = {
    FaultKind.KILL: (0.5, 2.0),
    FaultKind.BOTH_KILLED: (0.5, 2.0),
    FaultKind.FREEZE: (1.5, 4.0),  # shorter than the deadline of an ask and every lease
    FaultKind.LONG_FREEZE: (12.0, 22.0),  # longer than the lease of an inbox partition
    FaultKind.RESTART: (0.0, 2.0),
    FaultKind.OUTAGE: (60.0, 60.0),
    FaultKind.BROKER_BLACKHOLE: (5.0, 12.0),
    FaultKind.DATABASE_BLACKHOLE: (5.0, 12.0),
    FaultKind.ROLLING: (0.0, 0.0),
}
"""Seconds between injection and heal, least and most; `USUAL_DURATION` for the other kinds."""
USUAL_DURATION = (2.0, 5.0)
AFFECTS_ALL_COPIES = (FaultKind.BOTH_KILLED, FaultKind.ROLLING)


@dataclass(frozen=True)
class PlannedFault:
    """One fault.

    `instance` is the process's name in the system, or that of both; `seconds` is the time between injection and heal.
    """

    number: int
    cell: FaultCell
    instance: str
    seconds: float

    @property
    def processes(self) -> tuple[str, ...]:
        """The names of the processes that are ended or frozen, and must be ready again afterwards."""
        if self.cell.kind in AFFECTS_ALL_COPIES:
            return tuple(f"{self.cell.process}-{number}" for number in (1, 2))
        is_process = self.cell.process in NODES or (
            self.cell.process in COPIED_PROCESSES and self.cell.kind not in POISON_KINDS
        )
        return (self.instance,) if is_process else ()

    def __str__(self) -> str:
        return f"{self.instance} {self.cell.kind}"


def draw_plan(seed: int, count: int, *, only: Sequence[str] = (), long: bool = True) -> list[PlannedFault]:
    """`count` faults. Every cell comes once before any comes twice, so that cells differ by at most one.

    `only` are kinds and processes as in `killed`, `rooms`, `killed/rooms`; a cell is in the plan if one of them fits.
    Raises `ValueError` where none fits.
    """
    table = [cell for cell in cells() if (long or not cell.is_long) and _is_chosen(cell, only)]
    if not table:
        raise ValueError(f"no fault is called {' or '.join(only)}")
    rng = random.Random(f"plan {seed}")
    return [_planned(number, cell, rng) for number, cell in enumerate(islice(_rounds(table, rng), count), 1)]


def _rounds(table: Sequence[FaultCell], rng: random.Random) -> Iterator[FaultCell]:
    while True:
        yield from rng.sample(table, len(table))


def _planned(number: int, cell: FaultCell, rng: random.Random) -> PlannedFault:
    instance = f"{cell.process}-{rng.choice((1, 2))}" if cell.process in COPIED_PROCESSES else cell.process
    if cell.kind in AFFECTS_ALL_COPIES or cell.kind in POISON_KINDS:  # both processes, or the inbox that they share
        instance = cell.process
    least, most = DURATIONS.get(cell.kind, USUAL_DURATION)
    if cell.process in NODES and cell.kind is FaultKind.FREEZE:
        most = 8.0
    return PlannedFault(number, cell, instance, round(rng.uniform(least, most), 2))


def _is_chosen(cell: FaultCell, only: Sequence[str]) -> bool:
    """Whether one text fits: a kind, a process, or both with a slash between them. Spaces may be hyphens."""
    names = {cell.kind.value, cell.process, f"{cell.kind.value}/{cell.process}", f"{cell.process}/{cell.kind.value}"}
    return not only or any(text.replace("-", " ") in {name.replace("-", " ") for name in names} for text in only)
