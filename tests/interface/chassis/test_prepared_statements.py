"""The prepared statements of psycopg 3: they outlive a rollback, on as few connections as there is work at once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import _queries

from chassis.database.engines import service_engine
from chassis.database.errors import NUMERIC_VALUE_OUT_OF_RANGE, sqlstate
from chassis.database.prepared import PREPARE_AFTER
from chassis.settings import with_driver

STATEMENT = sa.text("SELECT n, 'a' AS letter, now() AS moment FROM (VALUES (1)) AS one (n)")
PREPARED = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT n,%'")
OF_NUMBERS = sa.text("SELECT CAST(:n AS bigint), CAST(:numbers AS bigint[]) /* numbers */")
PREPARED_FOR_NUMBERS = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT CAST($1%'")
OF_LIST = sa.text("SELECT CAST(:numbers AS bigint[])")
PREPARED_FOR_LISTS = sa.text(
    "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT CAST($1 AS bigint[])'"
)
LISTS: tuple[list[Any], ...] = ([], [1], [2**31, None], [None])
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


def prepared_for_lists(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        for numbers in (*LISTS, *LISTS):
            assert connection.execute(OF_LIST, {"numbers": numbers}).scalar_one() == numbers
        return int(connection.execute(PREPARED_FOR_LISTS).scalar_one())


def test_a_statement_is_prepared_once_for_empty_lists_and_for_those_with_numbers(engine: sa.Engine) -> None:
    assert prepared_for_lists(engine) == 1


def test_psycopg_by_itself_prepares_it_for_each_type_of_list(url: str) -> None:
    plain = sa.create_engine(url, connect_args={"prepare_threshold": PREPARE_AFTER})

    assert prepared_for_lists(plain) > 1
    plain.dispose()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", [1, -(2**31)]),
        ("numeric", [Decimal("1.10"), Decimal(0)]),
        ("float8", [0.5, 1e300]),
        ("boolean", [True, False]),
        ("date", [date(2026, 11, 30)]),
        ("timestamptz", [datetime(2026, 11, 30, 22, 34, 1, 5, UTC)]),
        ("interval", [timedelta(seconds=1.5)]),
        ("uuid", [UUID(int=1)]),
        ("text", [None, "", "null", 'quoted "b", {c}', "back\\slash", "d e", "é"]),
        ("text", [["a", "b"], ["c", None]]),
        ("text", []),
    ],
)
def test_a_list_has_the_values_that_its_statement_casts_it_to(engine: sa.Engine, kind: str, values: list[Any]) -> None:
    with engine.connect() as connection:
        row = connection.execute(sa.text(f"SELECT CAST(:values AS {kind}[])"), {"values": values}).one()

    assert list(row[0]) == values


def times_read(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often psycopg looks for the parameters in the text of a statement with 60, which is executed three times."""
    read: list[bytes] = []
    split = _queries._split_query

    def noting(text: bytes, *more: Any) -> Any:
        read.append(text)
        return split(text, *more)

    monkeypatch.setattr(_queries, "_split_query", noting)
    of_sixty = sa.text(f"SELECT {', '.join(f'CAST(:p{n} AS integer)' for n in range(60))}")
    with engine.connect() as connection:
        for _ in range(3):
            assert len(connection.execute(of_sixty, {f"p{n}": n for n in range(60)}).one()) == 60
    return sum(b"p59" in text for text in read)


def test_a_long_text_is_read_once(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert times_read(engine, monkeypatch) == 1


def test_psycopg_by_itself_would_read_it_each_time(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_queries, "MAX_CACHED_STATEMENT_PARAMS", 50)

    assert times_read(engine, monkeypatch) == 3
