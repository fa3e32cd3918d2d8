"""A new job of an ordered kind is leased by its insertion where no open job has its order key."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.transactions import job_order, records
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.conftest import until
from tests.interface.chassis.job_process import CallAbout, Process

WAITS = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def engine(new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    owner = granted_engine(new_database("ordered_leases"))
    yield running_engine(owner.url)
    owner.dispose()


@pytest.fixture
def process(engine: sa.Engine) -> Process:
    return Process(engine, CallAbout, batch_size=3)


def enqueue(process: Process, *names: str, hours: float = 0) -> None:
    """Enqueue jobs by name: `A2` is the second call about A."""
    due_at = process.unit_of_work.now() + timedelta(hours=hours) if hours else None
    with process.unit_of_work.begin() as work:
        for name in names:
            work.enqueue(CallAbout(int(name[1:]), name[0]), key=name, not_before=due_at)


def leased(engine: sa.Engine) -> list[str]:
    """The open jobs that are leased."""
    query = "SELECT key FROM job WHERE done_at IS NULL AND try_at > clock_timestamp() ORDER BY position"
    with engine.begin() as connection:
        return list(connection.execute(sa.text(query)).scalars())


def test_a_new_job_is_run_without_a_claim(engine: sa.Engine, process: Process) -> None:
    enqueue(process, "A1")

    assert leased(engine) == ["A1"]
    process.run_workers()
    assert (process.called, process.claims) == ([1], [])


def test_the_jobs_of_a_transaction_are_one_batch_and_those_that_do_not_fit_wait(
    engine: sa.Engine, process: Process
) -> None:
    enqueue(process, "A1", "B1", "A2", "A3", "B2")

    assert leased(engine) == ["A1", "B1", "A2"]
    assert [len(batch) for batch, _ in process.workers] == [3]
    process.run_workers()
    assert process.called == [1, 1, 2, 3, 2]


def test_a_job_behind_an_open_one_of_its_key_is_claimed_when_that_one_ends(engine: sa.Engine, process: Process) -> None:
    enqueue(process, "A1")

    enqueue(process, "A2", "B1")

    assert leased(engine) == ["A1", "B1"]
    process.run_workers()
    assert process.called == [1, 1, 2]


def test_without_the_look_at_open_jobs_both_would_run_side_by_side(
    engine: sa.Engine, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    unordered = records._ORDERED_LEASES.replace("open.order_key = given.order_key", "false")
    monkeypatch.setattr(records, "_ORDERED_LEASES", unordered)
    records._statement.cache_clear()
    enqueue(process, "A1")

    enqueue(process, "A2")

    records._statement.cache_clear()
    assert leased(engine) == ["A1", "A2"]
    assert len(process.workers) == 2


def test_a_job_behind_one_that_waits_for_its_retry_is_not_leased(engine: sa.Engine, process: Process) -> None:
    enqueue(process, "A1")
    process.run_workers()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE job SET done_at = NULL, try_at = now() + interval '1 hour'"))

    enqueue(process, "A2")

    assert leased(engine) == ["A1"]
    assert len(process.workers) == 0


def test_a_job_behind_a_later_one_of_its_own_transaction_is_not_leased(engine: sa.Engine, process: Process) -> None:
    with process.unit_of_work.begin() as work:
        work.enqueue(CallAbout(1, "A"), key="A1", not_before=work.now + timedelta(hours=1))
        work.enqueue(CallAbout(2, "A"), key="A2")

    assert leased(engine) == []


def test_none_is_leased_where_too_many_are_open_to_look_at(engine: sa.Engine, process: Process) -> None:
    enqueue(process, *(f"B{number}" for number in range(99)), hours=1)
    enqueue(process, "A1")
    enqueue(process, "C1")

    assert leased(engine) == ["A1"]


def leased_beside_a_replay(engine: sa.Engine, process: Process) -> list[str]:
    """The jobs leased by an insertion that begins while the given-up job before it is opened again."""
    enqueue(process, "A1")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE job SET gave_up_at = now(), try_at = now()"))
    with ThreadPoolExecutor(1) as pool:
        with process.unit_of_work.begin() as work:
            job_order.lock_jobs(work.connection)
            late = pool.submit(enqueue, process, "A2")

            def has_ended_or_waits() -> bool:
                with engine.begin() as connection:
                    return late.done() or bool(connection.execute(WAITS).scalar_one())

            until(has_ended_or_waits)
            assert work.retry_job("A1")
        late.result(10)
    return leased(engine)


def test_a_job_enqueued_beside_a_replay_waits_for_the_replayed_one(engine: sa.Engine, process: Process) -> None:
    assert leased_beside_a_replay(engine, process) == []


def test_without_the_lock_of_the_jobs_it_would_overtake_the_replayed_one(
    engine: sa.Engine, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_order, "_LOCK", sa.text("SELECT 1"))

    assert leased_beside_a_replay(engine, process) == ["A2"]
