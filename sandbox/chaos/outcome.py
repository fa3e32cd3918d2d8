"""The outcome of one fault: times, requests, violations."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sandbox.chaos.client.attempts import Attempt
from sandbox.chaos.faults.plan import PlannedFault
from sandbox.chaos.faults.table import cells as all_cells
from sandbox.chaos.judge.violation import ChaosViolation

MIN_REQUESTS = 5  # requests under way for a fault to count


@dataclass
class FaultOutcome:
    """A fault that was injected. Moments are monotonic seconds.

    `healed` is the restart or heal, and since `recovered` every route has answered; `ready` are the seconds from the
    restart until the process did its own work again. `failures` are the failed requests that belong to this fault.
    """

    fault: PlannedFault
    injected: float
    healed: float = 0.0
    recovered: float = 0.0
    ready: float = 0.0
    attempts: list[Attempt] = field(default_factory=list)
    failures: list[Attempt] = field(default_factory=list)
    violations: list[ChaosViolation] = field(default_factory=list)
    note: str = ""

    @property
    def recovery(self) -> float:
        """Seconds from the restart or heal until every route answered."""
        return self.recovered - self.healed

    @property
    def under_way(self) -> int:
        """The number of requests under way between injection and heal."""
        return sum(attempt.overlaps(self.injected, self.healed) for attempt in self.attempts)

    @property
    def counts(self) -> bool:
        return self.under_way >= MIN_REQUESTS

    def as_json(self, began: float) -> dict[str, Any]:
        """The fault's line of the report; `at` is seconds after the beginning of the run."""
        fault = self.fault
        return {
            "number": fault.number,
            "process": fault.cell.process,
            "instance": fault.instance,
            "kind": fault.cell.kind.value,
            "at": round(self.injected - began, 2),
            "lasted_seconds": round(self.healed - self.injected, 2),
            "recovery_seconds": round(self.recovery, 2),
            "ready_seconds": round(self.ready, 2),
            "requests": self.under_way,
            "counts": self.counts,
            "failed_requests": len(self.failures),
            "violations": [violation_json(each, began) for each in self.violations],
            "note": self.note,
        }


@dataclass(frozen=True)
class CellSummary:
    """One cell of the table."""

    process: str
    kind: str
    count: int
    recovery_median: float
    recovery_max: float
    failed: int
    violations: int


def violation_json(violation: ChaosViolation, began: float) -> dict[str, Any]:
    return {
        "check": violation.check,
        "subject": violation.subject,
        "what": violation.what,
        "lost_write": violation.lost_write,
        "at": round(violation.at - began, 2),
    }


def summaries(outcomes: list[FaultOutcome]) -> list[CellSummary]:
    """The cells in the table's order; a fault without enough requests does not count."""
    cells: dict[tuple[str, str], list[FaultOutcome]] = {}
    for outcome in outcomes:
        cells.setdefault((outcome.fault.cell.process, outcome.fault.cell.kind.value), []).append(outcome)
    rows = []
    for (process, kind), members in cells.items():
        times = [outcome.recovery for outcome in members]
        rows.append(
            CellSummary(
                process=process,
                kind=kind,
                count=sum(outcome.counts for outcome in members),
                recovery_median=median(times),
                recovery_max=max(times),
                failed=sum(len(outcome.failures) for outcome in members),
                violations=sum(len(outcome.violations) for outcome in members),
            )
        )
    order = [(cell.process, cell.kind.value) for cell in all_cells()]
    return sorted(rows, key=lambda row: order.index((row.process, row.kind)))
