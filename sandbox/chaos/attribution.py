"""Which fault a failed request or a broken promise belongs to, and which failures no fault excuses."""

from collections.abc import Iterable, Sequence

from sandbox.chaos.client import operations
from sandbox.chaos.client.attempts import Attempt
from sandbox.chaos.client.operations import ClientOperation
from sandbox.chaos.faults.table import may_fail
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.outcome import FaultOutcome

BY_NAME = {value.name: value for value in vars(operations).values() if isinstance(value, ClientOperation)}


def attribute(attempts: Iterable[Attempt], outcomes: Sequence[FaultOutcome], *, goal: float) -> list[ChaosViolation]:
    """Give each failed request to the last fault that excuses it; returns a violation for each that no fault excuses.

    A fault excuses an operation that needs the faulty process, and was under way between its injection and `goal`
    seconds after the heal. What began after the heal prolongs the fault's recovery.
    """
    violations = []
    for attempt in attempts:
        if not attempt.failed:
            continue
        operation = BY_NAME[attempt.operation]
        excusing = [
            outcome
            for outcome in outcomes
            if may_fail(outcome.fault.cell, operation) and attempt.overlaps(outcome.injected, outcome.healed + goal)
        ]
        if excusing:
            excusing[-1].failures.append(attempt)
            excusing[-1].recovered = max(excusing[-1].recovered, attempt.started)
        else:
            violations.append(failure(attempt, outcomes))
    return violations


def failure(attempt: Attempt, outcomes: Sequence[FaultOutcome]) -> ChaosViolation:
    """The violation of a request that failed without an excuse."""
    active = [outcome.fault for outcome in outcomes if attempt.overlaps(outcome.injected, outcome.recovered)]
    why = f"during {active[-1]}, which it does not need" if active else "while no fault was active"
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
        elif not any(violation.same_as(each) for each in earlier[-1].violations):
            earlier[-1].violations.append(violation)
    return others
