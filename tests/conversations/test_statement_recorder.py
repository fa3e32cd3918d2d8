"""The recorder counts what reaches the database: statements, transactions, commits that wait, rollbacks."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.database.asynchronous import connect
from chassis.settings import with_driver
from tests.statement_counts.recorder import StatementRecorder
from tests.statement_counts.table import counts_of

NAME = "toy"
INSERT = sa.text("INSERT INTO thing (n) VALUES (:n)")
UPDATE = sa.text("UPDATE thing SET n = n + :n")


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("bookings")


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(with_driver(url, "psycopg2"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE thing (n integer)"))
    yield engine
    engine.dispose()


def in_one_transaction(*statements: str) -> Callable[[sa.Engine], None]:
    def run(engine: sa.Engine) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    return run


def with_many_values(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(UPDATE, [{"n": 1}, {"n": 2}, {"n": 3}])


def rolled_back(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(INSERT, {"n": 1})
        connection.rollback()


def in_autocommit(statement: str) -> Callable[[sa.Engine], None]:
    def run(engine: sa.Engine) -> None:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text(statement))

    return run


CASES: dict[str, tuple[Callable[[sa.Engine], None], tuple[int, int, int, int, int]]] = {
    "empty": (in_one_transaction(), (0, 0, 0, 0, 0)),
    "reads": (in_one_transaction("SELECT 1", "SELECT 2"), (2, 1, 0, 0, 4)),
    "writes": (in_one_transaction("INSERT INTO thing VALUES (1)"), (1, 1, 1, 0, 3)),
    "does not wait": (in_one_transaction("SET LOCAL synchronous_commit = off", "DELETE FROM thing"), (2, 1, 0, 0, 4)),
    "many values": (with_many_values, (3, 1, 1, 0, 5)),
    "rolled back": (rolled_back, (1, 0, 0, 1, 3)),
    "reads in autocommit": (in_autocommit("SELECT 1"), (1, 0, 0, 0, 1)),
    "writes in autocommit": (in_autocommit("INSERT INTO thing VALUES (1)"), (1, 1, 1, 0, 1)),
    "changes no row in autocommit": (in_autocommit("UPDATE thing SET n = 1 WHERE n = -1"), (1, 0, 0, 0, 1)),
}


@pytest.mark.parametrize("case", CASES)
def test_it_counts_what_the_database_gets(engine: sa.Engine, case: str) -> None:
    run, expected = CASES[case]
    with engine.begin() as connection:
        connection.execute(INSERT, {"n": 0})
    recorder = StatementRecorder()
    recorder.listen(NAME, engine)

    with recorder.apart() as recording:
        run(engine)

    assert tuple(counts_of(recording, NAME).values()) == expected


@pytest.mark.usefixtures("engine")
def test_it_counts_what_a_relay_executes(url: str) -> None:
    recorder = StatementRecorder()

    async def run() -> None:
        async with await connect(url, NAME) as connection:
            connection.cursor_factory = recorder.cursors(NAME)
            await connection.execute("SELECT 1")
            await connection.execute("UPDATE thing SET n = 2")
            await connection.execute("SET synchronous_commit = off")
            await connection.execute("UPDATE thing SET n = 3")

    with recorder.apart() as recording:
        asyncio.run(run())

    assert tuple(counts_of(recording, NAME).values()) == (4, 2, 1, 0, 4)


def test_it_records_nothing_while_paused(engine: sa.Engine) -> None:
    recorder = StatementRecorder()
    recorder.listen(NAME, engine)

    with recorder.apart() as recording, recorder.paused():
        in_one_transaction("SELECT 1")(engine)

    assert recording.statements == []
