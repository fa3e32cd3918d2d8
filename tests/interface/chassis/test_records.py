"""Audit rows, remarks, events and jobs of a transaction are one statement; jobs wake the loops of their kinds."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.values import SYSTEM
from tests.fakes.roles import granted_engine, running_engine


@dataclass(frozen=True)
class Call:
    """Something to do outside."""

    number: int


@dataclass(frozen=True)
class Visit:
    """Something else to do outside."""

    number: int


class Woken(list[set[str]]):
    """The kinds that were woken, commit by commit."""

    def __call__(self, kinds: Collection[str]) -> None:
        self.append(set(kinds))


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str], woken: Woken) -> Iterator[UnitOfWork]:
    engine = granted_engine(new_database("enqueueing"))
    yield UnitOfWork(running_engine(engine.url), Work, demo=True, wake=woken)
    engine.dispose()


def test_all_that_a_transaction_leaves_is_one_statement(unit_of_work: UnitOfWork) -> None:
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    with unit_of_work.begin() as work:
        for sequence in (1, 2):
            work.publish(BookingAmended(booking_id="BK", hotel="h", fields=("ö",), by=SYSTEM), sequence=sequence)
            work.audit(
                hotel="h", subject="BK", sequence=sequence, what="amended", by=SYSTEM, from_status=None,
                to_status="NEW", remark="it's 100 % wanted",
            )  # fmt: skip
            work.enqueue(Call(sequence), key=f"call {sequence}", not_before=work.now)

    assert len([statement for statement in statements if "INSERT" in statement]) == 1
    with unit_of_work.read() as reading:
        [first, _] = reading.connection.execute(sa.text("SELECT * FROM audit JOIN outbox USING (subject, sequence)"))
        [remark, _] = reading.connection.execute(sa.text("SELECT text FROM remark")).scalars()
        [job, _] = reading.connection.execute(sa.text("SELECT * FROM job ORDER BY position"))
    assert (first.what, first.by, first.from_status, first.at) == (
        "amended",
        {"kind": "system", "id": None},
        None,
        work.now,
    )
    assert (first.data["fields"], first.time, remark) == (["ö"], work.now, "it's 100 % wanted")
    assert (job.payload, job.not_before, job.attempts) == ({"number": 1}, work.now, 0)


def test_many_jobs_are_one_statement_in_the_order_of_enqueueing(unit_of_work: UnitOfWork) -> None:
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    with unit_of_work.begin() as work:
        for number in range(30, 0, -1):
            work.enqueue((Call if number % 2 else Visit)(number), key=f"call {number}")

    assert len([statement for statement in statements if "INTO job" in statement]) == 1
    with unit_of_work.read() as work:
        numbers = work.connection.execute(sa.text("SELECT payload ->> 'number' FROM job ORDER BY position")).scalars()
        assert [int(number) for number in numbers] == list(range(30, 0, -1))


def test_a_commit_wakes_the_kinds_that_it_enqueued(unit_of_work: UnitOfWork, woken: Woken) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Call(1), key="call")

    assert woken == [{"Call"}]


def test_a_job_that_is_there_already_or_due_later_wakes_nothing(unit_of_work: UnitOfWork, woken: Woken) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Call(1), key="call")
    woken.clear()

    with unit_of_work.begin() as work:
        work.enqueue(Call(1), key="call")
        work.enqueue(Visit(1), key="later", not_before=work.now + timedelta(hours=1))

    assert woken == []


def test_a_job_that_is_tried_again_wakes_its_kind(unit_of_work: UnitOfWork, woken: Woken) -> None:
    with unit_of_work.begin() as work:
        work.enqueue(Visit(1), key="visit")
    with unit_of_work.begin() as work:
        work.connection.execute(sa.text("UPDATE job SET gave_up_at = now()"))
    woken.clear()

    with unit_of_work.begin() as work:
        assert work.retry_job("visit")
        assert not work.retry_job("no such job")

    assert woken == [{"Visit"}]


def test_many_events_are_numbered_by_one_statement_each_after_the_last_of_its_subject(unit_of_work: UnitOfWork) -> None:
    statements: list[str] = []
    sa.event.listen(unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    for subjects in ("BAB", "AAB"):
        statements.clear()
        with unit_of_work.begin() as work:
            for subject in subjects:
                work.publish(BookingAmended(booking_id=subject, hotel="h", fields=(), by=SYSTEM))
        assert len([statement for statement in statements if "INTO stream" in statement]) == 1

    with unit_of_work.read() as work:
        rows = work.connection.execute(sa.text("SELECT subject || sequence FROM outbox ORDER BY position")).scalars()
        assert list(rows) == ["B1", "A1", "B2", "A2", "A3", "B3"]
