"""Failed requests belong to the fault that excuses them; others are violations."""

from sandbox.chaos.attribution import assign, attribute
from sandbox.chaos.client import operations
from sandbox.chaos.client.attempts import Attempt
from sandbox.chaos.client.operations import ClientOperation
from sandbox.chaos.faults.plan import PlannedFault
from sandbox.chaos.faults.table import FaultCell, FaultKind
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.outcome import FaultOutcome, summaries

GOAL = 10.0


def outcome(process: str = "bookings", kind: FaultKind = FaultKind.KILL, *, at: float = 100.0) -> FaultOutcome:
    fault = PlannedFault(1, FaultCell(process, kind), process, 2.0)
    return FaultOutcome(fault, injected=at, healed=at + 2, recovered=at + 3)


def failed(operation: ClientOperation, started: float, *, seconds: float = 0.5, status: int | None = 503) -> Attempt:
    return Attempt(operation.name, started, started + seconds, status, "why")


def whats(attempts: list[Attempt], *outcomes: FaultOutcome) -> list[str]:
    return [violation.what for violation in attribute(attempts, outcomes, goal=GOAL)]


def test_a_request_that_needs_the_faulty_process_is_excused_until_the_goal() -> None:
    times = (99.8, 101.0, 111.9, 112.1)

    results = [bool(whats([failed(operations.CREATE, at)], outcome())) for at in times]

    assert results == [False, False, False, True]


def test_a_request_that_does_not_need_it_and_one_without_any_fault_are_violations() -> None:
    [during] = whats([failed(operations.SEARCH, 101.0)], outcome())
    [without] = whats([failed(operations.SEARCH, 300.0, status=None)], outcome())

    assert "during bookings killed, which it does not need" in during
    assert "no answer after 0.5 s while no fault was active" in without


def test_a_request_that_began_in_an_earlier_fault_is_excused_by_that_one() -> None:
    earlier, later = outcome("rabbit"), outcome("pusher", FaultKind.DOWN, at=115.0)

    assert whats([failed(operations.CREATE, 101.0, seconds=15.0)], earlier, later) == []


def test_no_request_may_fail_in_a_rolling_restart() -> None:
    assert len(whats([failed(operations.CREATE, 101.0)], outcome(kind=FaultKind.ROLLING))) == 1


def test_a_failure_after_the_heal_prolongs_the_recovery() -> None:
    fault = outcome()
    attribute([failed(operations.CREATE, 107.0)], [fault], goal=GOAL)

    assert fault.recovery == 5.0
    assert len(fault.failures) == 1


def test_answers_are_no_failures_whatever_they_say() -> None:
    attempts = [Attempt("create", 300.0, 301.0, status) for status in (201, 409, 422, 500)]

    assert whats(attempts, outcome()) == []


def test_a_violation_belongs_to_the_last_fault_before_it_once() -> None:
    first, second = outcome(at=100.0), outcome(at=200.0)
    violations = [ChaosViolation("check", "BK-1", "lost", at) for at in (50.0, 150.0, 199.0, 250.0)]

    others = assign(violations, [first, second])

    assert [len(others), len(first.violations), len(second.violations)] == [1, 1, 1]


def test_a_fault_with_too_few_requests_does_not_count() -> None:
    few, enough = outcome(), outcome()
    few.attempts = [failed(operations.CREATE, 101.0)] * 4
    enough.attempts = [failed(operations.CREATE, 101.0)] * 5

    [row] = summaries([few, enough])

    assert row.count == 1
