"""Which fault a failed request or a broken promise belongs to, and which failures no fault excuses."""

from collections.abc import Iterable, Sequence

from sandbox.chaos.client import operations
from sandbox.chaos.client.attempts import Attempt
from sandbox.chaos.client.operations import Operation
from sandbox.chaos.faults.table import may_fail
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.outcome import FaultOutcome

BY_NAME = {value.name: value for value in vars(operations).values() if isinstance(value, Operation)}


def unexcused(outcome: FaultOutcome) -> Iterable[ChaosViolation]:
    """A violation for each failed request that has nothing to do with the fault."""
    for attempt in outcome.attempts:
        if attempt.failed and not may_fail(outcome.fault.cell, BY_NAME[attempt.operation]):
            yield failure(attempt, f"failed during {outcome.fault}, which it does not need")


def without_a_fault(attempts: Iterable[Attempt], outcomes: Sequence[FaultOutcome]) -> list[ChaosViolation]:
    """A violation for each failed request while no fault was active."""
    failed = [attempt for attempt in attempts if attempt.failed]
    return [
        failure(attempt, "failed while no fault was active")
        for attempt in failed
        if not any(attempt.overlaps(outcome.injected, outcome.recovered) for outcome in outcomes)
    ]


def failure(attempt: Attempt, why: str) -> ChaosViolation:
    answer = "no answer" if attempt.status is None else str(attempt.status)
    what = f"{answer} after {attempt.ended - attempt.started:.1f} s {why}: {attempt.detail}"
    return ChaosViolation("requests answer", attempt.operation, what, attempt.started)


def assign(violations: Iterable[ChaosViolation], outcomes: Sequence[FaultOutcome]) -> list[ChaosViolation]:
    """Give each violation to the last fault that began before its moment; returns those before the first fault."""
    others = []
    for violation in violations:
        earlier = [outcome for outcome in outcomes if outcome.injected <= violation.at]
        if not earlier:
            others.append(violation)
        elif violation not in earlier[-1].violations:
            earlier[-1].violations.append(violation)
    return others
