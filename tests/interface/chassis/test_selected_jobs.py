"""Jobs that a statement selects are leased by it, up to as many as there are free workers, and run without a claim."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.transactions.work import Work
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.job_process import Call, Process

SELECT = """
INSERT INTO job (key, kind, order_key, payload, attempts, try_at)
SELECT 'selected ' || number, 'Call', '', jsonb_build_object('number', number),
    CASE WHEN number <= CAST(:selected_leases AS int) THEN 1 ELSE 0 END,
    CASE WHEN number <= CAST(:selected_leases AS int)
        THEN clock_timestamp() + make_interval(secs => CAST(:selected_seconds AS float)) ELSE now() END
FROM generate_series(1, CAST(:numbers AS int)) AS number WHERE {after} ORDER BY number ON CONFLICT (key) DO NOTHING
"""


@pytest.fixture
def process(new_database: Callable[[str], str]) -> Iterator[Process]:
    owner = granted_engine(new_database("selected"))
    yield Process(running_engine(owner.url), concurrency=2)
    owner.dispose()


def select(work: Work, numbers: int, *, most: int = 1) -> None:
    work.enqueue_selected(SELECT, {"numbers": numbers}, payload=Call, most=most)


def leased(process: Process) -> list[int]:
    """The jobs that workers have been started for."""
    return [job.payload.number for batch, _ in process.workers for job in batch]


def test_a_selected_job_is_run_without_a_claim(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        select(work, 1)

    assert leased(process) == [1]
    process.run_workers()
    assert (process.called, process.claims) == ([1], [])


def test_jobs_beyond_those_that_may_be_leased_are_claimed(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        select(work, 3)

    assert leased(process) == [1]
    process.run_workers()
    assert sorted(process.called) == [1, 2, 3]


def test_a_statement_that_selects_nothing_wakes_nobody_and_needs_no_worker(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        select(work, 0, most=2)

    assert not process.loop._woken.is_set()
    process.enqueue(1, 2)
    assert leased(process) == [1, 2]


def test_selected_jobs_beside_enqueued_ones_are_claimed(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        work.enqueue(Call(7), key="call 7")
        select(work, 1)

    assert leased(process) == [7]
    process.run_workers()
    assert process.called == [7, 1]


def test_a_transaction_that_is_rolled_back_frees_its_workers(process: Process) -> None:
    def fail() -> None:
        with process.unit_of_work.begin() as work:
            select(work, 1, most=2)
            work.write_late("INSERT INTO job (key) SELECT CAST(:none AS text) WHERE {after}", {"none": None})

    with pytest.raises(sa.exc.IntegrityError):
        fail()

    process.enqueue(1, 2)
    assert leased(process) == [1, 2]


def test_a_transaction_selects_jobs_once(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        select(work, 1)
        with pytest.raises(RuntimeError, match="once"):
            select(work, 1)


def test_the_payload_of_a_selected_job_is_read_as_its_class(process: Process) -> None:
    with process.unit_of_work.begin() as work:
        select(work, 1)

    ((job,), _) = process.workers[0]
    assert (job.key, job.payload, job.attempts) == ("selected 1", codec.typed({"number": 1}, Call), 1)
