"""Conditions over any number of values have one text, and the guard of all tests refuses the others."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg, psycopg2

from chassis.database import arrays
from chassis.database.arrays import one_of, one_of_constants, one_row_of
from tests.fakes.constant_texts import GrowingText, growth_of

THING = sa.Table(
    "thing",
    sa.MetaData(),
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.Enum("NEW", "OVER", native_enum=False)),
)
PSYCOPG: sa.Dialect = psycopg.dialect()  # type: ignore[no-untyped-call]
PSYCOPG2: sa.Dialect = psycopg2.dialect()  # type: ignore[no-untyped-call]
SIZES = (0, 1, 2, 50)
ROWS = [{"hotel": "h", "id": number} for number in (1, 2)]
IN_A_LIST = sa.select(THING.c.id).where(THING.c.id.in_([1, 2]))
GROWING = {
    "a list behind IN": IN_A_LIST,
    "a parameter behind IN": sa.select(THING).where(THING.c.id.in_(sa.bindparam("ids", [1], expanding=True))),
    "several rows of VALUES": THING.insert().values(ROWS),
}
CONSTANT = {
    "one row": THING.insert().values(ROWS[0]),
    "a query behind IN": sa.select(THING).where(THING.c.id.in_(sa.select(THING.c.id))),
    "constants": sa.select(THING).where(one_of_constants(THING.c.status, ("NEW", "OVER"))),
    "no constants": sa.select(THING).where(one_of_constants(THING.c.status, ())),
}


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    """A database in memory, whose dialect makes texts grow in the same ways."""
    engine = sa.create_engine("sqlite://")
    THING.metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def growths(connection: sa.Connection, *execution: Any) -> list[str]:
    reasons: list[str] = []
    sa.event.listen(connection, "before_cursor_execute", lambda *event: reasons.append(growth_of(event[4])))
    connection.execute(*execution)
    return reasons


def texts(condition: Callable[[int], sa.ColumnElement[bool]], dialect: sa.Dialect) -> set[str]:
    statements: list[Any] = [sa.select(THING).where(condition(size)).compile(dialect=dialect) for size in SIZES]
    assert not any(statement.post_compile_params for statement in statements)
    return {str(statement) for statement in statements}


@pytest.mark.parametrize("dialect", [PSYCOPG, PSYCOPG2], ids=["psycopg", "psycopg2"])
def test_a_condition_has_the_same_text_for_any_number_of_values(dialect: sa.Dialect) -> None:
    assert len(texts(lambda size: one_of(THING.c.id, range(size)), dialect)) == 1
    assert len(texts(lambda size: one_of(THING.c.status, ["NEW"] * size), dialect)) == 1


def test_the_rows_of_a_condition_are_one_list_for_each_column() -> None:
    statement = sa.select(THING.c.id).where(one_row_of({"hotels": THING.c.hotel, "ids": THING.c.id}))

    compiled = statement.compile(dialect=PSYCOPG)

    assert set(compiled.params) == {"hotels", "ids"}
    assert "unnest(CAST(%(hotels)s::TEXT[] AS TEXT[]), CAST(%(ids)s::BIGINT[] AS BIGINT[]))" in str(compiled)


def test_the_names_of_an_enum_are_compared_as_text() -> None:
    statement = sa.select(THING.c.id).where(one_of(THING.c.status, ["NEW"]))

    assert "AS TEXT[]" in str(statement.compile(dialect=PSYCOPG))


@pytest.mark.parametrize("statement", GROWING.values(), ids=GROWING)
def test_a_text_that_grows_is_found(connection: sa.Connection, statement: Any) -> None:
    assert any(growths(connection, statement))


def test_rows_with_returning_make_a_text_grow(connection: sa.Connection) -> None:
    assert any(growths(connection, THING.insert().returning(THING.c.id), ROWS))


@pytest.mark.parametrize("statement", CONSTANT.values(), ids=CONSTANT)
def test_a_text_that_does_not_grow_is_not_found(connection: sa.Connection, statement: Any) -> None:
    assert not any(growths(connection, statement))


def test_the_product_is_refused_such_a_text(connection: sa.Connection) -> None:
    connection.execute(IN_A_LIST)  # a test may
    product: dict[str, Any] = {}
    exec(compile("def run(execute, it): return execute(it)", str(arrays.__file__), "exec"), product)

    with pytest.raises(GrowingText, match=r"chassis\.database\.arrays"):
        product["run"](connection.execute, IN_A_LIST)
