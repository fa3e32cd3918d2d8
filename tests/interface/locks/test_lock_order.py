"""The order in which transactions lock rows is read from their statements, and compared with what the stores state.

Every conversation test compares it for all its transactions (`tests/conversations/conftest.py`).
"""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from contracts.catalogue import OWNERS
from services.rooms.store import actions, endings, held_rooms, holds, nights, rates, rooms, sales
from tests.fakes.lock_order import ADVISORY, LockOrder, StatedOrder, locked_tables, order_of
from tests.interface.keys.schema import tables_of

STATEMENTS = {
    "SELECT a.id FROM room AS a JOIN hotel h ON h.slug = a.hotel ORDER BY a.id FOR UPDATE OF a": ["room"],
    "SELECT * FROM booking JOIN guest ON true LIMIT 1 FOR UPDATE SKIP LOCKED": [
        "booking",
        "guest",
    ],
    "UPDATE room SET version = version + 1 WHERE id = 1 RETURNING version": ["room"],
    "WITH mine AS (SELECT id FROM job WHERE due FOR UPDATE) DELETE FROM notice USING mine": ["job", "notice"],
    "INSERT INTO stream (subject) VALUES ('a') ON CONFLICT (subject) DO UPDATE SET last = 1": ["stream"],
    "INSERT INTO audit (subject) VALUES ('for update')": [],
    "SELECT id FROM hotel WHERE slug = 'a' FOR SHARE": ["hotel"],
    "SELECT pg_advisory_xact_lock(1)": [ADVISORY],
    "SELECT count(*) FROM room": [],
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_locked_tables_are_read_from_a_statement(statement: str) -> None:
    assert list(locked_tables(statement)) == STATEMENTS[statement]


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        (nights.SELL, {"night"}),
        (nights.RECOUNT, {"night"}),
        (rates.WRITE, {"night"}),
        (holds.LOCK, {"hold"}),
        (holds.TAKE, {"hold"}),
        (actions.BEGIN, {"action", "hold"}),
        (endings.END, {"hold", "period", "hold_part"}),
        (held_rooms.WITH_OWN_ROOM, {"room"}),
        (rooms.LOCK, {"room"}),
        (rooms.LOCK_ONE, {"room"}),
        (nights.DUE, {"hotel"}),
        (sa.text(sales.SALE), {"hold", "night"}),
    ],
)
def test_locked_tables_are_read_from_statements_of_the_product(statement: sa.TextClause, tables: set[str]) -> None:
    assert set(locked_tables(statement.text)) == tables


def test_an_inversion_and_an_unlisted_table_are_noticed() -> None:
    stated = StatedOrder(("booking", "hold"), frozenset({"job"}))

    assert stated.inversions(("job", "booking", "hold")) == set()
    assert stated.inversions(("hold", "job", "booking")) == {("hold", "booking")}
    assert stated.inversions(("booking", "census")) == {("census", "in no list")}


def test_the_order_of_a_transaction_is_that_of_its_first_locks(new_database: Callable[[str], str]) -> None:
    engine = sa.create_engine(with_driver(new_database("order"), "psycopg2"))
    order = LockOrder(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE hold (id int); CREATE TABLE booking (id int)"))
        for statement in ("UPDATE hold SET id = 1", "SELECT id FROM booking FOR UPDATE", "UPDATE hold SET id = 2"):
            connection.execute(sa.text(statement))
    engine.dispose()

    assert order.transactions == {("hold", "booking")}
    assert order.inversions(order_of("bookings")) == {("hold", "booking")}


@pytest.mark.parametrize("service", OWNERS)
def test_a_stated_order_names_tables_that_are_there(service: str, new_database: Callable[[str], str]) -> None:
    url = new_database(f"order_{service}")
    migrate(service, url)
    stated = order_of(service)

    assert {*stated.levels, *stated.at_any_time} - {ADVISORY} <= tables_of(url)
    assert not set(stated.levels) & stated.at_any_time
