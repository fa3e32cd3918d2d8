"""A claim of jobs is one statement; a loop claims for all free workers at once, and claims nothing in vain."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.hosting.scheduler import JobLoop
from chassis.jobs.runner import JobRunner
from chassis.service import Job
from chassis.transactions import job_queue
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.conftest import until

WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


@dataclass(frozen=True)
class CallInOrder(Call):
    """The same, in one order."""

    order_key = "all"


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str]) -> Iterator[UnitOfWork]:
    engine = granted_engine(new_database("claims"))
    yield UnitOfWork(running_engine(engine.url), Work)
    engine.dispose()


def runner_of(unit_of_work: UnitOfWork, *, kind: type[Call] = Call, batch_size: int = 1) -> JobRunner:
    def call(payloads: Sequence[Call], _: Any) -> list[None]:
        return [None for _ in payloads]

    return JobRunner(Job(kind, call, batch_size=batch_size), unit_of_work, lambda *_: None)


def enqueue(unit_of_work: UnitOfWork, numbers: Sequence[int], *, kind: type[Call] = Call) -> None:
    with unit_of_work.begin() as work:
        for number in numbers:
            work.enqueue(kind(number), key=f"call {number}")


class Container:
    """Holds the workers that a job loop has started, until the test runs them; counts the loop's claims."""

    def __init__(self, runner: JobRunner) -> None:
        self.claims: list[int] = []
        self.workers: deque[tuple[Any, Any]] = deque()
        self._runner = runner
        runners = {runner.job.kind: SimpleNamespace(
            job=runner.job, claim=self._claim, most=runner.most, batches=runner.batches
        )}  # fmt: skip
        self.runtime = SimpleNamespace(job_runners=runners, job_loops={})
        self.dependencies = [SimpleNamespace(attr_name="runtime", runtime=self.runtime)]
        self.loop = JobLoop(runner.job.kind)
        self.loop.container, self.loop.POLL = self, 0

    def spawn_worker(self, _: Any, args: Any, __: Any, *, handle_result: Any) -> None:
        """Start a worker."""
        self.workers.append((args[0], handle_result))

    def run_first(self) -> None:
        """Run the first worker to its end, and look for more jobs if that wakes the loop."""
        batch, ended = self.workers.popleft()
        assert self._runner.run(batch)
        ended(None, True, None)
        if self.loop._woken.is_set():
            self.loop.turn()

    def _claim(self, workers: int) -> Any:
        leased = self._runner.claim(workers)
        self.claims.append(len(leased))
        return leased


def test_a_claim_is_one_statement_and_writes_nothing_where_no_job_is_due(unit_of_work: UnitOfWork) -> None:
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))
    runner = runner_of(unit_of_work, batch_size=20)
    assert runner.claim() == []
    assert len(statements) == 1
    enqueue(unit_of_work, range(8))
    statements.clear()

    assert len(runner.claim()) == 8
    assert len(statements) == 1


def jobs_of_a_claim_beside_another(unit_of_work: UnitOfWork) -> list[int]:
    """The jobs that a claim leases while another claim, of two jobs out of three, is not committed."""
    enqueue(unit_of_work, range(3))
    second = runner_of(unit_of_work, batch_size=3)
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work.begin() as work:
            job_queue.claim(work.connection, Call, ordered=False, most=2, now=work.now, began=time.monotonic())
            claimed = pool.submit(second.claim)

            def is_answered_or_waits() -> bool:
                with unit_of_work.read() as reading:
                    return claimed.done() or bool(reading.connection.execute(sa.text(WAITS)).scalar_one())

            until(is_answered_or_waits)
        return [job.payload.number for job in claimed.result(10)]


def test_two_claims_at_once_lease_no_job_twice(unit_of_work: UnitOfWork) -> None:
    assert jobs_of_a_claim_beside_another(unit_of_work) == [2]


def test_without_locks_two_claims_at_once_lease_the_same_jobs(
    unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = sa.text(job_queue._LEASE.text.replace("FOR UPDATE SKIP LOCKED", ""))
    monkeypatch.setattr(job_queue, "_LEASE", unlocked)

    assert jobs_of_a_claim_beside_another(unit_of_work) == [0, 1, 2]


def test_a_loop_claims_for_all_free_workers_at_once_and_not_again(unit_of_work: UnitOfWork) -> None:
    container = Container(runner_of(unit_of_work))
    enqueue(unit_of_work, range(3))

    container.loop.turn()
    while container.workers:
        container.run_first()

    assert container.claims == [3]


def test_jobs_for_which_no_worker_was_free_are_claimed_when_one_ends(unit_of_work: UnitOfWork) -> None:
    container = Container(runner_of(unit_of_work))
    enqueue(unit_of_work, range(6))

    container.loop.turn()
    assert len(container.workers) == 4  # as many as run at once
    while container.workers:
        container.run_first()

    assert sum(container.claims) == 6
    assert container.claims[:2] == [4, 1]


def test_an_ordered_job_is_claimed_when_the_one_before_it_ends(unit_of_work: UnitOfWork) -> None:
    container = Container(runner_of(unit_of_work, kind=CallInOrder, batch_size=5))
    enqueue(unit_of_work, [1], kind=CallInOrder)
    container.loop.turn()
    enqueue(unit_of_work, [2], kind=CallInOrder)
    container.loop.turn()
    assert container.claims == [1, 0]

    container.run_first()

    assert container.claims == [1, 0, 1]


def test_the_end_of_an_ordered_job_that_nothing_followed_causes_no_claim(unit_of_work: UnitOfWork) -> None:
    container = Container(runner_of(unit_of_work, kind=CallInOrder, batch_size=5))
    enqueue(unit_of_work, [1], kind=CallInOrder)
    container.loop.turn()

    container.run_first()

    assert container.claims == [1]
