"""A transaction that reads and locks nothing is one statement in autocommit mode; any other one is opened as ever."""

from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa

from chassis.transactions import records
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.data import Data
from contracts.values import SYSTEM
from tests.fakes.roles import granted_engine, running_engine

STEP = "CREATE TABLE step (number int GENERATED ALWAYS AS IDENTITY, name text)"
STEPS = ("notice", "room", "night")


class Call(Data):
    """Something to do outside."""

    number: int


class Executed(list[bool]):
    """Whether the connection of each statement was in autocommit mode; `connections` were taken from the pool."""

    connections = 0

    def listen(self, engine: sa.Engine) -> None:
        sa.event.listen(engine, "before_cursor_execute", self._note)
        sa.event.listen(engine, "checkout", self._count)

    def _note(self, connection: sa.Connection, *_: object) -> None:
        self.append(bool(connection.connection.dbapi_connection.autocommit))  # type: ignore[union-attr]

    def _count(self, *_: object) -> None:
        self.connections += 1


@pytest.fixture
def executed() -> Executed:
    return Executed()


@pytest.fixture
def unit_of_work(new_database: Callable[[str], str], executed: Executed) -> Iterator[UnitOfWork]:
    owner = granted_engine(new_database("statements"), {"step": STEP})
    engine = running_engine(owner.url)
    executed.listen(engine)
    yield UnitOfWork(engine, Work)
    owner.dispose()


def leave(work: Work, *, sequence: int | None = 1) -> None:
    """Leave an audit row, an event and a job."""
    work.audit(hotel="h", subject="BK", sequence=1, what="x", by=SYSTEM, from_status=None, to_status="NEW")
    work.publish(BookingAmended(booking_id="BK", hotel="h", fields=("x",), by=SYSTEM), sequence=sequence)
    work.enqueue(Call(number=1), key="call")


def left(unit_of_work: UnitOfWork) -> list[int]:
    with unit_of_work.read() as work:
        return [
            work.connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("audit", "outbox", "job", "step")
        ]


def test_a_transaction_that_reads_nothing_is_one_statement(unit_of_work: UnitOfWork, executed: Executed) -> None:
    with unit_of_work.begin() as work:
        leave(work)
        work.write_late("INSERT INTO step (name) SELECT :step WHERE {after}", {"step": "x"})
        assert executed.connections == 0

    assert executed == [True]
    assert left(unit_of_work) == [1, 1, 1, 1]


def test_a_transaction_that_reads_is_opened_then(unit_of_work: UnitOfWork, executed: Executed) -> None:
    with unit_of_work.begin() as work:
        leave(work)
        assert work.connection.execute(sa.text("SELECT count(*) FROM audit")).scalar_one() == 0

    assert executed == [False, False]
    assert left(unit_of_work) == [1, 1, 1, 0]


def test_a_transaction_that_does_nothing_uses_no_connection(unit_of_work: UnitOfWork, executed: Executed) -> None:
    with unit_of_work.begin():
        pass

    assert executed.connections == 0


@pytest.mark.parametrize("reads", [False, True])
def test_an_exception_leaves_nothing(unit_of_work: UnitOfWork, reads: bool) -> None:
    with pytest.raises(ValueError, match="in the middle"), unit_of_work.begin() as work:
        leave(work)
        if reads:
            work.connection.execute(sa.text("INSERT INTO step (name) VALUES ('x')"))
        raise ValueError("in the middle")

    assert left(unit_of_work) == [0, 0, 0, 0]


@pytest.mark.parametrize("reads", [False, True])
def test_a_refusal_of_a_part_leaves_nothing_of_the_others(unit_of_work: UnitOfWork, reads: bool) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="outbox_one_event_per_number"), unit_of_work.begin() as work:
        leave(work)
        work.publish(BookingAmended(booking_id="BK", hotel="h", fields=("y",), by=SYSTEM), sequence=1)
        work.write_late("INSERT INTO step (name) SELECT :step WHERE {after}", {"step": "x"})
        if reads:
            work.connection.execute(sa.text("SELECT 1"))

    assert left(unit_of_work) == [0, 0, 0, 0]


def test_what_runs_after_the_commit_does_not_run_after_a_refusal(unit_of_work: UnitOfWork) -> None:
    ran: list[str] = []
    with unit_of_work.begin() as work:
        leave(work)
        work.after_commit.append(lambda: ran.append("first"))

    with pytest.raises(sa.exc.IntegrityError), unit_of_work.begin() as work:
        leave(work)
        work.after_commit.append(lambda: ran.append("second"))

    assert ran == ["first"]


def steps(unit_of_work: UnitOfWork, condition: str) -> Sequence[str]:
    """The order in which late statements are executed, of which each has this condition."""
    with unit_of_work.begin() as work:
        for number, name in enumerate(STEPS):
            work.write_late(
                f"INSERT INTO step (name) SELECT :name_{number} WHERE {condition}", {f"name_{number}": name}
            )
    with unit_of_work.read() as work:
        return work.connection.execute(sa.text("SELECT name FROM step ORDER BY number")).scalars().all()


def test_late_statements_are_executed_in_the_order_of_the_calls(unit_of_work: UnitOfWork) -> None:
    assert steps(unit_of_work, "{after}") == list(STEPS)


def test_without_their_condition_postgresql_executes_them_in_another_order(unit_of_work: UnitOfWork) -> None:
    assert steps(unit_of_work, "true") != list(STEPS)


def test_two_parts_with_a_parameter_of_one_name_are_noticed(unit_of_work: UnitOfWork) -> None:
    with pytest.raises(ValueError, match="same name"), unit_of_work.begin() as work:
        for name in STEPS:
            work.write_late("INSERT INTO step (name) SELECT :name WHERE {after}", {"name": name})

    assert left(unit_of_work)[-1] == 0
    assert records.insert(None, {}) == ()  # type: ignore[arg-type]
