"""A job for which a worker is free is leased by the statement that enqueues it, and run without a claim."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.transactions import job_queue
from chassis.transactions.new_jobs import Reservation
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.job_process import Call, Process


@pytest.fixture
def engine(new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    owner = granted_engine(new_database("leases"))
    yield running_engine(owner.url)
    owner.dispose()


def end_leases(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE job SET try_at = now()"))


def rows(engine: sa.Engine) -> list[tuple[int, bool, bool]]:
    """The attempts at each job, whether it is leased or waits, and whether it is done."""
    with engine.begin() as connection:
        query = "SELECT attempts, try_at > clock_timestamp(), done_at IS NOT NULL FROM job ORDER BY position"
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_new_job_is_run_without_a_claim(engine: sa.Engine) -> None:
    process = Process(engine)

    process.enqueue(1)
    assert rows(engine) == [(1, True, False)]
    process.run_workers()

    assert (process.called, process.claims) == ([1], [])
    assert rows(engine) == [(1, True, True)]


def test_another_process_does_not_take_it_meanwhile(engine: sa.Engine) -> None:
    process, other = Process(engine), Process(engine)

    process.enqueue(1)

    assert other.runner.claim() == []


def test_without_a_lease_another_process_would_take_it_meanwhile(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_queue, "LEASE", -job_queue.LEASE)
    process, other = Process(engine), Process(engine)

    process.enqueue(1)

    assert [job.payload for job in other.runner.claim()] == [Call(1)]


def test_a_process_that_dies_after_the_commit_leaves_the_job_to_another_once_the_lease_has_ended(
    engine: sa.Engine,
) -> None:
    dead, other = Process(engine), Process(engine)
    dead.enqueue(1)

    end_leases(engine)

    (job,) = other.runner.claim()
    assert (job.payload, job.attempts) == (Call(1), 2)


def test_a_lease_begins_with_the_statement_however_long_the_transaction_has_lasted(engine: sa.Engine) -> None:
    process = Process(engine)

    with process.unit_of_work.begin() as work:
        work.connection.execute(sa.text("SELECT pg_sleep(0.3)"))
        before = time.monotonic()
        work.enqueue(Call(1), key="call 1")

    with engine.begin() as connection:
        query = "SELECT try_at - created_at FROM job"  # a row's default is the time of the transaction's begin
        assert connection.execute(sa.text(query)).scalar_one() > job_queue.LEASE + timedelta(seconds=0.3)
    process.loop.start_workers()
    ((job,), _) = process.workers[0]
    assert before <= job.claimed_at <= time.monotonic()


def test_a_transaction_that_is_rolled_back_frees_its_workers(engine: sa.Engine) -> None:
    process = Process(engine, concurrency=1)

    def fail() -> None:
        with process.unit_of_work.begin() as work:
            work.enqueue(Call(1), key="call 1")
            work.write_late("INSERT INTO job (key) SELECT CAST(:none AS text) WHERE {after}", {"none": None})

    with pytest.raises(sa.exc.IntegrityError):
        fail()
    assert rows(engine) == []
    process.enqueue(2)
    process.run_workers()

    assert (process.called, process.claims) == ([2], [])


def test_a_job_whose_key_exists_is_not_run_again_and_needs_no_worker(engine: sa.Engine) -> None:
    process = Process(engine, concurrency=1)
    for _ in range(2):
        process.enqueue(1)
        process.run_workers()

    process.enqueue(1)
    process.enqueue(2)
    process.run_workers()

    assert (process.called, process.claims) == ([1, 2], [])


def test_of_two_new_jobs_with_one_key_one_is_run(engine: sa.Engine) -> None:
    process = Process(engine, concurrency=1)

    process.enqueue(1, 1)
    process.run_workers()

    assert process.called == [1]


def test_the_jobs_of_a_transaction_are_run_in_batches(engine: sa.Engine) -> None:
    process = Process(engine, concurrency=2, batch_size=3)

    process.enqueue(*range(5))
    process.loop.start_workers()

    assert [len(batch) for batch, _ in process.workers] == [3, 2]


def test_jobs_without_a_free_worker_are_claimed_later_and_none_overtakes_them(engine: sa.Engine) -> None:
    process = Process(engine, concurrency=1)
    process.enqueue(1, 2)
    process.loop.start_workers()

    process.loop.wake()  # it looks, and finds that jobs wait for a worker
    process.loop.start_workers()
    batch, ended = process.workers.popleft()
    assert process.runner.run(batch)
    ended(None, True, None)
    process.enqueue(3)
    process.run_workers()

    assert process.called == [1, 2, 3]


def test_a_claim_leaves_no_worker_to_a_reservation(engine: sa.Engine) -> None:
    process, other = Process(engine, concurrency=1), UnitOfWork(engine, Work)
    reserved: list[Reservation | None] = []
    process.during_a_claim = lambda: reserved.append(process.loop.reserve(1))
    with other.begin() as work:
        work.enqueue(Call(1), key="call 1")

    process.loop.wake()
    process.loop.start_workers()

    assert reserved == [None]
    assert len(process.workers) == 1


def test_a_job_that_is_due_later_is_not_leased(engine: sa.Engine) -> None:
    process = Process(engine)

    process.enqueue(1, not_before=process.unit_of_work.now() + timedelta(hours=1))

    assert rows(engine) == [(0, False, False)]
    assert not process.loop._woken.is_set()


def test_a_new_job_is_started_by_its_commit_whatever_the_loop_waits_for(engine: sa.Engine) -> None:
    """The loop may wait for its own claim. The job is leased to this process, so that no other one runs it."""
    process = Process(engine)

    process.enqueue(1)

    assert len(process.workers) == 1


def test_the_workers_that_a_transaction_reserved_for_nothing_are_used_by_the_jobs_that_wait(
    engine: sa.Engine,
) -> None:
    process, other = Process(engine, concurrency=2), UnitOfWork(engine, Work)
    process.enqueue(1)
    process.run_workers()
    with other.begin() as work:
        work.enqueue(Call(2), key="call 2")

    with process.unit_of_work.begin() as work:
        for number in (1, 3):  # the key of the first exists: only one of two reserved workers has a job
            work.enqueue(Call(number), key=f"call {number}")
        work.flush()
        process.loop.wake()
        process.loop.start_workers()  # it looks, and finds no worker free
    process.loop.start_workers()

    assert [[job.payload.number for job in batch] for batch, _ in process.workers] == [[3], [2]]


def test_a_loop_that_stops_leaves_new_jobs_to_other_processes_at_once(engine: sa.Engine) -> None:
    process, other = Process(engine), Process(engine)

    with process.unit_of_work.begin() as work:
        work.enqueue(Call(1), key="call 1")
        work.flush()
        process.loop._stopping.set()

    assert not process.workers
    assert [job.payload for job in other.runner.claim()] == [Call(1)]


def test_a_job_that_another_process_has_leased_since_is_not_given_back(engine: sa.Engine) -> None:
    process, other = Process(engine), Process(engine)
    process.enqueue(1)
    (job,), _ = process.workers.popleft()
    end_leases(engine)
    assert len(other.runner.claim()) == 1

    process.runner.give_back([job])

    assert rows(engine) == [(2, True, False)]


def test_a_loop_that_stops_reserves_no_worker(engine: sa.Engine) -> None:
    process = Process(engine)
    process.loop._stopping.set()

    process.enqueue(1)

    assert rows(engine) == [(0, False, False)]
