"""A transaction that reads and locks nothing is one statement in autocommit mode; any other one is opened as ever."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.data import Data
from contracts.values import SYSTEM
from tests.fakes.lock_wait import after_a_wait
from tests.fakes.roles import granted_engine, running_engine

STEP = "CREATE TABLE step (number int GENERATED ALWAYS AS IDENTITY, name text)"
ADD_STEP = "INSERT INTO step (name) SELECT :name WHERE {after}"
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
    with owner.begin() as connection:
        connection.exec_driver_sql(f'GRANT UPDATE ON step TO "{engine.url.username}"')
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


@pytest.mark.parametrize("sequence", [1, None])
def test_a_transaction_that_reads_nothing_is_one_statement(
    unit_of_work: UnitOfWork, executed: Executed, sequence: int | None
) -> None:
    with unit_of_work.begin() as work:
        leave(work, sequence=sequence)
        work.write_late(ADD_STEP, {"name": "x"})
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
    def fail() -> None:
        with unit_of_work.begin() as work:
            leave(work)
            if reads:
                work.connection.execute(sa.text("INSERT INTO step (name) VALUES ('x')"))
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()

    assert left(unit_of_work) == [0, 0, 0, 0]


@pytest.mark.parametrize("reads", [False, True])
def test_a_refusal_of_a_part_leaves_nothing_of_the_others(unit_of_work: UnitOfWork, reads: bool) -> None:
    def leave_two_events_with_one_number() -> None:
        with unit_of_work.begin() as work:
            leave(work)
            work.publish(BookingAmended(booking_id="BK", hotel="h", fields=("y",), by=SYSTEM), sequence=1)
            work.write_late(ADD_STEP, {"name": "x"})
            if reads:
                work.connection.execute(sa.text("SELECT 1"))

    with pytest.raises(sa.exc.IntegrityError, match="outbox_one_event_per_number"):
        leave_two_events_with_one_number()

    assert left(unit_of_work) == [0, 0, 0, 0]


def test_numbers_are_given_without_gaps_whoever_publishes_at_once(unit_of_work: UnitOfWork) -> None:
    def publish(subjects: str) -> None:
        for _ in range(10):
            with unit_of_work.begin() as work:
                for subject in subjects:
                    work.publish(BookingAmended(booking_id=subject, hotel="h", fields=(), by=SYSTEM))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(publish, ("AB", "BA", "BBA", "AAB")))

    with unit_of_work.read() as work:
        rows = work.connection.execute(sa.text("SELECT subject, sequence FROM outbox ORDER BY position")).all()
    numbers = {subject: [row.sequence for row in rows if row.subject == subject] for subject in "AB"}
    assert numbers == {"A": list(range(1, 51)), "B": list(range(1, 51))}


def test_a_late_change_waits_for_who_has_the_row_and_changes_what_that_one_left(unit_of_work: UnitOfWork) -> None:
    change = "UPDATE step SET name = name || :added WHERE name LIKE :like AND {after}"
    with unit_of_work.begin() as work:
        work.write_late(ADD_STEP, {"name": "a"})

    def change_too() -> None:
        with unit_of_work.begin() as second:
            leave(second)
            second.write_late(ADD_STEP, {"name": "x"})
            second.write_late(change, {"added": "c", "like": "a%"})

    def take_the_row(first: Work) -> None:
        first.connection.execute(sa.text("UPDATE step SET name = 'ab'"))

    after_a_wait(unit_of_work.engine, unit_of_work.begin, take_the_row, change_too)

    with unit_of_work.read() as work:
        assert set(work.connection.execute(sa.text("SELECT name FROM step")).scalars()) == {"abc", "x"}
    assert left(unit_of_work)[:3] == [1, 1, 1]


def test_what_runs_after_the_commit_does_not_run_after_a_refusal(unit_of_work: UnitOfWork) -> None:
    ran: list[int] = []

    def leave_and_note(number: int) -> None:
        with unit_of_work.begin() as work:
            leave(work)
            work.after_commit.append(lambda: ran.append(number))

    leave_and_note(1)
    with pytest.raises(sa.exc.IntegrityError):
        leave_and_note(2)

    assert ran == [1]


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
    def add_two() -> None:
        with unit_of_work.begin() as work:
            for name in STEPS:
                work.write_late(ADD_STEP, {"name": name})

    with pytest.raises(ValueError, match="same name"):
        add_two()

    assert left(unit_of_work)[-1] == 0
