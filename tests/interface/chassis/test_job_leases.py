"""A process renews the lease of a job during a call; another process claims the jobs of a dead process."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.jobs import runner
from chassis.jobs.runner import JobRunner
from chassis.refusal import PermanentFailure
from chassis.service import Job
from chassis.transactions import job_queue
from chassis.transactions.conversation import JobConversation
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.values import Context
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.conftest import until


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


class Outside:
    """An outside system whose calls wait until the test releases them, for at most ten seconds."""

    def __init__(self) -> None:
        self.called: list[int] = []
        self.go_on = threading.Event()

    def __call__(self, calls: Sequence[Call], _: Any) -> list[str]:
        self.called.extend(call.number for call in calls)
        self.go_on.wait(10)
        return ["done"] * len(calls)


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[UnitOfWork]:
    """A database with one job, and short leases."""
    monkeypatch.setattr(job_queue, "LEASE", timedelta(seconds=0.4))
    monkeypatch.setattr(runner, "RENEW_EVERY", 0.1)
    engine = granted_engine(new_database("leases"))
    made = UnitOfWork(running_engine(engine.url), Work)
    with made.begin() as work:
        work.enqueue(Call(1), key="call")
    yield made
    engine.dispose()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def worker(unit_of_work: UnitOfWork, outside: Outside) -> JobRunner:
    return JobRunner(Job(Call, outside), unit_of_work, lambda *_: None)


def taken_over(worker: JobRunner, *, within: float) -> bool:
    """Whether another worker gets the lease while this one's call takes its time."""
    waited = threading.Event()
    deadline = threading.Timer(within, waited.set)
    deadline.start()
    claimed = False
    while not (claimed or waited.wait(0.02)):
        claimed = bool(worker.claim())
    deadline.cancel()
    return claimed


def test_a_call_that_takes_longer_than_the_lease_is_not_made_twice(worker: JobRunner, outside: Outside) -> None:
    calling = threading.Thread(target=worker.run, args=(worker.claim(),))
    calling.start()

    assert not taken_over(worker, within=1.0)

    outside.go_on.set()
    calling.join()
    assert outside.called == [1]
    assert worker.claim() == []


def test_without_renewal_a_long_call_would_be_made_twice(
    worker: JobRunner, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "renewed", lambda *_, **__: nullcontext())
    calling = threading.Thread(target=worker.run, args=(worker.claim(),))
    calling.start()

    assert taken_over(worker, within=1.0)

    outside.go_on.set()
    calling.join()


def lease_after_a_long_call(worker: JobRunner) -> bool:
    """Whether a process, after a call that took longer than one lease, takes its lease for one that may be over."""
    taken_for_over: list[bool] = []

    def long_call(calls: Sequence[Call], conversation: Any) -> list[str]:
        time.sleep(0.6)
        taken_for_over.append(conversation.lease_may_be_over)
        return ["done"] * len(calls)

    leased = worker.claim()
    JobRunner(Job(Call, long_call), worker.unit_of_work, lambda *_: None).run(leased)
    return taken_for_over[0]


def test_a_lease_that_is_renewed_is_not_over(worker: JobRunner) -> None:
    assert not lease_after_a_long_call(worker)


def test_a_process_whose_renewals_do_not_succeed_knows_that_its_lease_may_be_over(
    worker: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "renewed", lambda *_, **__: nullcontext())

    assert lease_after_a_long_call(worker)


def test_a_renewal_that_finds_its_job_taken_over_renews_nothing(worker: JobRunner) -> None:
    [mine] = worker.claim()
    until(lambda: bool(worker.claim()), within=3, what="somebody else taking over")
    conversation: JobConversation[Any] = JobConversation(worker.unit_of_work, lambda *_: None, Context(), leased=[mine])

    with worker.unit_of_work.reading.connect() as connection:
        conversation.renew(connection)

    assert conversation.lease_may_be_over


def test_a_job_of_a_dead_process_is_claimed_by_another_once_its_lease_has_ended(worker: JobRunner) -> None:
    [left_behind] = worker.claim()

    assert worker.claim() == []
    claimed: list[job_queue.LeasedJob] = []

    def claim() -> bool:
        claimed.extend(worker.claim())
        return bool(claimed)

    until(claim, within=3, what="the lease running out")

    assert (claimed[0].position, claimed[0].attempts) == (left_behind.position, 2)


def claimed_slowly(worker: JobRunner, seconds: float) -> list[LeasedJob]:
    """Jobs whose claim was answered so long after it began."""

    def wait(*_: Any) -> None:
        time.sleep(seconds)

    engine = worker.unit_of_work.engine
    sa.event.listen(engine, "after_cursor_execute", wait)
    leased = worker.claim()
    sa.event.remove(engine, "after_cursor_execute", wait)
    return leased


def test_a_job_whose_lease_is_half_over_when_it_would_begin_is_left_to_the_next_lease(
    worker: JobRunner, outside: Outside
) -> None:
    leased = claimed_slowly(worker, 0.3)

    assert len(leased) == 1
    assert worker.run(leased) is False
    assert outside.called == []
    until(lambda: taken_over(worker, within=0.1), within=3, what="the next lease")


def test_a_job_that_begins_late_would_be_made_twice(worker: JobRunner, outside: Outside) -> None:
    late = [replace(job, claimed_at=time.monotonic()) for job in claimed_slowly(worker, 0.5)]
    outside.go_on.set()

    next_lease = worker.claim()
    worker.run(next_lease)
    worker.run(late)

    assert outside.called == [1, 1]


def test_a_late_renewal_leaves_the_lease_of_the_next_process(worker: JobRunner, unit_of_work: UnitOfWork) -> None:
    [mine] = worker.claim()
    until(lambda: bool(worker.claim()), within=3, what="somebody else taking over")
    with unit_of_work.begin() as work:
        before = work.connection.execute(sa.text("SELECT try_at FROM job")).scalar_one()
        job_queue.renew(work.connection, [mine])
        after = work.connection.execute(sa.text("SELECT try_at FROM job")).scalar_one()

    assert after == before


def ends_of_a_job_that_two_processes_ran(unit_of_work: UnitOfWork) -> list[str]:
    """The ends of a job whose first process is frozen for longer than its lease."""
    ended: list[str] = []

    def end(how: str) -> Callable[[Call, str, Work], None]:
        return lambda _, __, work: work.after_commit.append(lambda: ended.append(how))

    job = Job(Call, lambda calls, _: ["done"] * len(calls), on_success=end("success"), on_give_up=end("given up"))
    frozen, other = (JobRunner(job, unit_of_work, lambda *_: None) for _ in range(2))
    [first] = frozen.claim()
    leased: list[LeasedJob] = []

    def takes_over() -> bool:
        leased.extend(other.claim())
        return bool(leased)

    until(takes_over)
    other.run(leased)

    frozen.run([replace(first, claimed_at=time.monotonic())])  # which began in time, and was frozen during the call
    frozen._fail([(first, PermanentFailure("late"))])
    return ended


def test_a_job_that_two_processes_ran_ends_once(unit_of_work: UnitOfWork) -> None:
    assert ends_of_a_job_that_two_processes_ran(unit_of_work) == ["success"]


def test_without_the_condition_of_an_open_job_it_ends_twice(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_queue, "_OPEN", sa.true())
    monkeypatch.setattr(job_queue, "_END", job_queue._END.replace("AND done_at IS NULL AND gave_up_at IS NULL", ""))

    assert ends_of_a_job_that_two_processes_ran(unit_of_work) == ["success", "success"]
