"""The prepared statements of psycopg 3: they outlive a rollback, on as few connections as there is work at once."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from chassis.database.engines import service_engine
from chassis.database.errors import NUMERIC_VALUE_OUT_OF_RANGE, sqlstate
from chassis.database.prepared import PREPARE_AFTER
from chassis.settings import with_driver

STATEMENT = sa.text("SELECT n, 'a' AS letter, now() AS moment FROM (VALUES (1)) AS one (n)")
PREPARED = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT n,%'")
OF_NUMBERS = sa.text("SELECT CAST(:n AS bigint), CAST(:numbers AS bigint[]) /* numbers */")
PREPARED_FOR_NUMBERS = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT CAST($1%'")
NUMBERS = (0, 1, -(2**15) - 1, -(2**15), 2**15 - 1, 2**15, 2**31 - 1, -(2**31))


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return with_driver(new_database("prepared"), "psycopg")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = service_engine(url, {}, pool_size=3, max_overflow=0)
    yield made
    made.dispose()


def prepared_after_a_rollback(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        for _ in range(PREPARE_AFTER + 1):
            connection.execute(STATEMENT)
        connection.rollback()
        return int(connection.execute(PREPARED).scalar_one())


def backend(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())


def test_a_statement_is_prepared_at_its_second_execution(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        counts = []
        for _ in range(3):
            connection.execute(STATEMENT)
            counts.append(connection.execute(PREPARED).scalar_one())

    assert counts == [0, 1, 1]


def test_a_statement_stays_prepared_after_a_rollback(engine: sa.Engine) -> None:
    assert prepared_after_a_rollback(engine) == 1


def test_psycopg_by_itself_would_forget_it(url: str) -> None:
    plain = sa.create_engine(url, connect_args={"prepare_threshold": PREPARE_AFTER})

    assert prepared_after_a_rollback(plain) == 0
    plain.dispose()


def test_one_connection_serves_what_comes_one_after_the_other(url: str, engine: sa.Engine) -> None:
    in_turn = sa.create_engine(url, pool_size=3)
    for each in (engine, in_turn):
        with each.connect() as first, each.connect() as second:
            first.execute(STATEMENT)
            second.execute(STATEMENT)

    assert len({backend(engine) for _ in range(4)}) == 1
    assert len({backend(in_turn) for _ in range(4)}) == 2
    in_turn.dispose()


def test_the_columns_of_a_result_have_the_names_and_types_that_psycopg_gives_them(url: str, engine: sa.Engine) -> None:
    def described(cursor: psycopg.Cursor[Any]) -> list[tuple[str, int]]:
        return [tuple(column[:2]) for column in cursor.execute(STATEMENT.text).description or ()]

    with engine.connect() as connection, psycopg.connect(url.replace("+psycopg", "")) as plain:
        driver: Any = connection.connection.dbapi_connection

        assert described(driver.cursor()) == described(plain.cursor())
        assert driver.cursor().execute("SET enable_seqscan = on").description is None
        assert connection.execute(STATEMENT).keys() == ["n", "letter", "moment"]


def rows_inserted(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        letters = sa.Table("letters", sa.MetaData(), sa.Column("letter", sa.Text), prefixes=["TEMPORARY"])
        letters.create(connection)
        two = sa.select(sa.func.unnest(sa.cast(["a", "b"], sa.ARRAY(sa.Text))))
        return connection.execute(letters.insert().from_select(["letter"], two)).rowcount


def test_the_rows_that_an_insert_of_sqlalchemy_has_inserted_are_counted(engine: sa.Engine) -> None:
    assert rows_inserted(engine) == 2


def test_the_engine_by_itself_would_not_know_their_number(url: str) -> None:
    plain = sa.create_engine(url)

    assert rows_inserted(plain) == -1
    plain.dispose()


def prepared_for_numbers(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        for number in (*NUMBERS, *NUMBERS):
            row = connection.execute(OF_NUMBERS, {"n": number, "numbers": [number, 1]}).one()
            assert tuple(row) == (number, [number, 1])
        return int(connection.execute(PREPARED_FOR_NUMBERS).scalar_one())


def test_a_statement_is_prepared_once_for_small_and_large_numbers(engine: sa.Engine) -> None:
    assert prepared_for_numbers(engine) == 1


def test_psycopg_by_itself_prepares_it_for_numbers_of_two_bytes_too(url: str) -> None:
    plain = sa.create_engine(url, connect_args={"prepare_threshold": PREPARE_AFTER})

    assert prepared_for_numbers(plain) == 2
    plain.dispose()


@pytest.mark.parametrize("number", [2**31, -(2**63), 2**63 - 1])
def test_a_number_of_eight_bytes_is_one(engine: sa.Engine, number: int) -> None:
    with engine.connect() as connection:
        row = connection.execute(OF_NUMBERS, {"n": number, "numbers": [number, 1]}).one()

    assert tuple(row) == (number, [number, 1])


def test_a_number_that_no_column_holds_is_refused(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.DataError) as refused:
        connection.execute(OF_NUMBERS, {"n": 2**63, "numbers": []})

    assert sqlstate(refused.value) == NUMERIC_VALUE_OUT_OF_RANGE
