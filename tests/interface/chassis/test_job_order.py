"""Jobs of one order key run one after the other; several workers run jobs of different keys side by side."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.jobs.runner import JobRunner
from chassis.refusal import RetryLater
from chassis.service import Job
from chassis.transactions import job_order, job_queue
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.tables import create_all
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from tests.fakes.driver import engine_under_test
from tests.interface.chassis.conftest import until

LOCK = "FOR UPDATE OF job SKIP LOCKED"
COMPARISON = "AND job.try_at = opening.try_at"
PAUSE = 7  # the advisory lock for which a claim waits after its begin


@dataclass(frozen=True)
class Call:
    """Something to do outside, in order per subject."""

    subject: str
    number: int

    @property
    def order_key(self) -> str:
        return self.subject

    def __str__(self) -> str:
        return f"{self.subject}{self.number}"


@dataclass(frozen=True)
class CallInOneOrder(Call):
    """The same, with one order for all subjects."""

    @property
    def order_key(self) -> str:
        return "all"


@dataclass
class Outside:
    """An outside system. Calls about `slow` subjects wait until the test goes on; calls about `down` subjects fail."""

    slow: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, calls: Sequence[Call], _: Any) -> list[Any]:
        outcomes: list[Any] = []
        for call in calls:
            self.calls.append(str(call))
            self.called.set()
            if call.subject in self.slow:
                self.go_on.wait(10)
            outcomes.append(RetryLater("down", seconds=3600) if call.subject in self.down else "done")
        return outcomes


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str]) -> Iterator[UnitOfWork]:
    engine = engine_under_test(sa.make_url(new_database("order")))
    with engine.begin() as connection:
        create_all(connection)
    yield UnitOfWork(engine, Work)
    engine.dispose()


def enqueue(unit_of_work: UnitOfWork, *names: str, kind: type[Call] = Call) -> None:
    """Enqueue jobs by name: `A2` is the second call about A."""
    with unit_of_work.begin() as work:
        for name in names:
            work.enqueue(kind(name[0], int(name[1:])), key=name)


def worker(unit_of_work: UnitOfWork, outside: Outside, *, kind: type[Call] = Call, batch_size: int = 10) -> JobRunner:
    return JobRunner(Job(kind, outside, batch_size=batch_size), unit_of_work, lambda *_: None)


def names(leased: Sequence[LeasedJob]) -> list[str]:
    return [str(job.payload) for job in leased]


def beside_a_slow_call(unit_of_work: UnitOfWork, kind: type[Call]) -> list[str]:
    """The jobs that a second worker leases while the first one waits for a call about A."""
    outside = Outside(slow={"A"})
    first, second = (worker(unit_of_work, outside, kind=kind) for _ in range(2))
    enqueue(unit_of_work, "A1", kind=kind)
    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(first.run, first.claim())
        assert outside.called.wait(10)
        enqueue(unit_of_work, "A2", "B1", kind=kind)
        leased = second.claim()
        outside.go_on.set()
        assert calling.result(10)
    return names(leased)


def test_a_slow_call_about_one_subject_holds_up_no_other_subject(unit_of_work: UnitOfWork) -> None:
    assert beside_a_slow_call(unit_of_work, Call) == ["B1"]


def test_in_one_order_for_the_kind_a_slow_call_would_hold_up_every_subject(unit_of_work: UnitOfWork) -> None:
    assert beside_a_slow_call(unit_of_work, CallInOneOrder) == []


def calls_of_two_workers_at_once(unit_of_work: UnitOfWork) -> list[str]:
    """The calls where the second worker claims before the first one's claim is committed, and calls last."""
    outside = Outside()
    first, second = (worker(unit_of_work, outside, batch_size=1) for _ in range(2))
    enqueue(unit_of_work, "A1", "A2")
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work.begin() as work:
            leased = job_queue.claim(work.connection, Call, ordered=True, most=1, now=work.now, began=time.monotonic())
            late = pool.submit(second.claim)
            answered_or_waiting(unit_of_work, late.done)
        late_jobs = late.result(10)
    while leased:
        first.run(leased)
        leased = first.claim()
    if late_jobs:
        second.run(late_jobs)
    return outside.calls


def answered_or_waiting(unit_of_work: UnitOfWork, answered: Callable[[], bool]) -> None:
    """Return once the other worker has its answer, or waits for a lock."""
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def waits() -> bool:
        with unit_of_work.read() as work:
            return bool(work.connection.execute(waiting).scalar_one())

    until(lambda: answered() or waits(), within=10, what="the second claim")


def test_two_workers_that_claim_at_once_keep_the_order_of_a_subject(unit_of_work: UnitOfWork) -> None:
    assert calls_of_two_workers_at_once(unit_of_work) == ["A1", "A2"]


def test_without_the_lock_a_subject_s_first_call_would_follow_its_second(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, LOCK, "")

    assert calls_of_two_workers_at_once(unit_of_work) == ["A1", "A2", "A1"]


def replace(monkeypatch: pytest.MonkeyPatch, part: str, by: str) -> None:
    """Replace a part of the statement that claims."""
    text = job_order.LEASE.text
    assert part in text
    monkeypatch.setattr(job_order, "LEASE", sa.text(text.replace(part, by)))


def claimed_by_a_slow_claim(unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs of a claim that has begun when another worker claims the first of two jobs and has not ended it."""
    first, second = (worker(unit_of_work, Outside(), batch_size=1) for _ in range(2))
    enqueue(unit_of_work, "A1", "A2")
    prompt = job_order.LEASE
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work.begin() as work:
            work.connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({PAUSE})"))
            replace(
                monkeypatch,
                "SELECT position, order_key, try_at, try_at <=",
                f"""
                SELECT position, order_key, try_at, pg_advisory_xact_lock({PAUSE}), try_at <=""",
            )
            slow = pool.submit(first.claim)
            answered_or_waiting(unit_of_work, slow.done)
            monkeypatch.setattr(job_order, "LEASE", prompt)
            assert names(second.claim()) == ["A1"]
        return names(slow.result(10))


def test_a_subject_whose_first_job_was_claimed_since_a_claim_began_is_passed_over(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert claimed_by_a_slow_claim(unit_of_work, monkeypatch) == []


def test_without_the_comparison_the_first_job_would_be_leased_twice(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, COMPARISON, "")

    assert claimed_by_a_slow_claim(unit_of_work, monkeypatch) == ["A1"]


def test_many_workers_call_about_each_subject_in_order_and_one_at_a_time(unit_of_work: UnitOfWork) -> None:
    under_way: set[str] = set()
    calls: list[str] = []

    def call(payloads: Sequence[Call], _: Any) -> list[str]:
        subjects = {payload.subject for payload in payloads}
        assert not subjects & under_way
        under_way.update(subjects)
        for payload in payloads:
            calls.append(str(payload))
            unit_of_work.engine.connect().close()
        under_way.difference_update(subjects)
        return ["done"] * len(payloads)

    def drain(batch_size: int) -> int:
        runner = JobRunner(Job(Call, call, batch_size=batch_size), unit_of_work, lambda *_: None)
        claims = 0
        while len(calls) < len(expected):
            if leased := runner.claim():
                assert runner.run(leased)
                claims += 1
        return claims

    expected = [f"{subject}{number}" for number in range(1, 13) for subject in "ABCDEF"]
    enqueue(unit_of_work, *expected)
    with ThreadPoolExecutor(3) as pool:
        claims = list(pool.map(drain, (1, 3, 5)))

    assert all(claims)
    for subject in "ABCDEF":
        of_subject = [name for name in calls if name[0] == subject]
        assert of_subject == [name for name in expected if name[0] == subject]


def test_a_failed_job_holds_back_its_own_subject_only(unit_of_work: UnitOfWork) -> None:
    outside = Outside(down={"A"})
    runner = worker(unit_of_work, outside, batch_size=1)
    enqueue(unit_of_work, "A1", "A2", "B1", "B2")

    while leased := runner.claim():
        runner.run(leased)

    assert outside.calls == ["A1", "B1", "B2"]


def test_a_batch_takes_the_oldest_jobs_of_several_subjects(unit_of_work: UnitOfWork) -> None:
    enqueue(unit_of_work, "A1", "B1", "A2", "C1", "B2")

    assert names(worker(unit_of_work, Outside(), batch_size=4).claim()) == ["A1", "B1", "A2", "C1"]


def claimed_beside_a_replay(unit_of_work: UnitOfWork) -> list[str]:
    """The jobs of a claim that begins while the given-up first of two jobs is opened again."""
    runner = worker(unit_of_work, Outside())
    enqueue(unit_of_work, "A1", "A2")
    with unit_of_work.begin() as work:
        work.connection.execute(sa.text("UPDATE job SET gave_up_at = now() WHERE key = 'A1'"))
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work.begin() as work:
            job_order.lock_jobs(work.connection)
            late = pool.submit(runner.claim)
            answered_or_waiting(unit_of_work, late.done)
            assert work.retry_job("A1")
        return names(late.result(10))


def test_a_claim_beside_a_replay_sees_the_replayed_job(unit_of_work: UnitOfWork) -> None:
    assert claimed_beside_a_replay(unit_of_work) == ["A1", "A2"]


def test_without_the_lock_of_the_jobs_a_replayed_job_would_be_overtaken(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_order, "_LOCK", sa.text("SELECT 1"))

    assert claimed_beside_a_replay(unit_of_work) == ["A2"]


def test_a_claim_is_one_statement_however_many_jobs_there_are(unit_of_work: UnitOfWork) -> None:
    sent: list[str] = []
    for engine in (unit_of_work.engine, unit_of_work.reading):
        sa.event.listen(engine, "before_cursor_execute", lambda *event: sent.append(event[2]))
    runner = worker(unit_of_work, Outside(), batch_size=20)
    enqueue(unit_of_work, "A1")

    def cost_of_a_claim() -> tuple[int, int]:
        sent.clear()
        return len(runner.claim()), len(set(sent))

    assert cost_of_a_claim() == (1, 1)
    assert cost_of_a_claim() == (0, 1)
    enqueue(unit_of_work, *(f"{subject}{number}" for number in range(2, 12) for subject in "ABCDEFGH"))
    assert cost_of_a_claim() == (20, 1)
