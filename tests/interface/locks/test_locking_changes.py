"""A statement that locks and updates rows at once writes from the locked row each column that a constraint compares."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import psycopg
import pytest
import sqlalchemy as sa

from chassis.messaging import partition_leases
from chassis.transactions import job_order, job_queue
from chassis.transactions.migrate import migrate
from services.bookings.store import event_effects, hold_counts, holds, room_plan_checks
from services.payments.store import applied_webhooks
from services.payments.store.reconciliation import SqlReconciliation
from services.rooms.store import nights, rates, sales
from tests.interface.locks.locking_changes import locking_changes, locks_and_changes, names_in, sql

# A deletion computes no row, and PostgreSQL compares its conditions again with the row as it is now.
DELETIONS = {
    "services.bookings.store.bookings._DELETE_DRAFTS": "ends with drafts; every condition is in the locking part",
    "services.bookings.store.lookups._TAKE_REQUEST": "one request, by its key",
    "gateway.identity.throttle.take_back": "counts that are over; the condition is in the locking part",
}


def leasing() -> sa.sql.ClauseElement:
    """The statement that leases payments."""
    connection = MagicMock()
    SqlReconciliation(connection).claim(datetime.now(UTC), limit=1, lease=timedelta(minutes=1))
    statement: sa.sql.ClauseElement = connection.execute.call_args[0][0]
    return statement


# The service of the table, and the statement.
UPDATES: dict[str, tuple[str, Callable[[], sa.sql.ClauseElement | str]]] = {
    "chassis.messaging.partition_leases._FREE_OF_EXPIRED": ("rooms", lambda: partition_leases._FREE_OF_EXPIRED),
    "chassis.transactions.job_order.LEASE": ("rooms", lambda: job_order.LEASE),
    "chassis.transactions.job_queue._LEASE": ("rooms", lambda: job_queue._LEASE),
    "services.bookings.store.event_effects.EXPEDITE": ("bookings", lambda: event_effects.EXPEDITE),
    "services.bookings.store.holds._KEEP_NEEDED": ("bookings", lambda: holds._KEEP_NEEDED),
    "services.bookings.store.hold_counts.DISCOUNT": ("bookings", lambda: hold_counts.DISCOUNT),
    "services.bookings.store.hold_counts.SHIFT": ("bookings", lambda: hold_counts.SHIFT),
    "services.bookings.store.room_plan_checks.TAKE": ("bookings", lambda: room_plan_checks.TAKE),
    "services.payments.store.applied_webhooks.APPLY": ("payments", lambda: applied_webhooks.APPLY),
    "services.payments.store.applied_webhooks.END_JOBS": ("payments", lambda: applied_webhooks.END_JOBS),
    "services.payments.store.reconciliation.claim": ("payments", leasing),
    "services.rooms.store.nights.SELL": ("rooms", lambda: nights.SELL),
    "services.rooms.store.nights.RESIZE": ("rooms", lambda: nights.RESIZE),
    "services.rooms.store.nights.RECOUNT": ("rooms", lambda: nights.RECOUNT),
    "services.rooms.store.sales.SALE": ("rooms", lambda: sales.SALE),
    "services.rooms.store.rates.WRITE": ("rooms", lambda: rates.WRITE),
}
_UPDATE = re.compile(r"\bUPDATE\s+(\w+)(?:\s+AS)?(?:\s+(?!SET\b)(\w+))?\s+SET\s+(.*?)\s+(?:FROM|WHERE)\b", re.DOTALL)
_ASSIGNMENT = re.compile(r"(\w+)\s*=\s*(.*?)(?=,\s*\w+\s*=|$)", re.DOTALL)
PLANTED = sa.text("WITH mine AS (SELECT id FROM job FOR UPDATE) UPDATE job SET attempts = job.attempts + 1 FROM mine")


def breaches(statement: str, constraints: dict[str, list[set[str]]]) -> Iterator[str]:
    """What each `UPDATE` of this statement takes from a row that may be out of date.

    `constraints` has the columns of each check constraint, keyed by table.
    """
    for table, alias, assignments in _UPDATE.findall(statement):
        written = dict(_ASSIGNMENT.findall(assignments))
        for column, expression in written.items():
            if re.search(rf"\b({table}|{alias or table})\.", expression):
                yield f"{table}.{column} is computed from {expression}"
        for columns in constraints.get(table, []):
            if columns & written.keys() and not columns <= written.keys():
                yield f"{table}: {sorted(columns - written.keys())} is compared and not written"


def constraints_of(url: str) -> dict[str, list[set[str]]]:
    query = """
        SELECT conrelid::regclass::text, array_agg(attname::text) FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace GROUP BY conrelid, pg_constraint.oid
    """
    by_table: dict[str, list[set[str]]] = {}
    with psycopg.connect(url) as connection:
        for table, columns in connection.execute(query).fetchall():
            by_table.setdefault(table, []).append(set(columns))
    return by_table


@pytest.fixture(scope="module")
def constraints(new_database: Callable[[str], str]) -> Callable[[str], dict[str, list[set[str]]]]:
    by_service: dict[str, Any] = {}

    def of(name: str) -> dict[str, list[set[str]]]:
        if name not in by_service:
            url = new_database(f"locks_{name}")
            migrate(name, url)
            by_service[name] = constraints_of(url)
        return by_service[name]  # type: ignore[no-any-return]

    return of


def test_every_statement_that_locks_and_changes_at_once_is_listed() -> None:
    assert sorted(locking_changes()) == sorted({*DELETIONS, *UPDATES})


def test_a_statement_that_locks_and_changes_at_once_is_noticed() -> None:
    planted = "def take(rows):\n    return rows.update().where(rows.c.id.in_(rows.select().with_for_update()))\n"
    text = Path(__file__).read_text("utf-8")

    assert set(names_in(__name__, text)) == {"PLANTED"}
    assert list(names_in(__name__, planted)) == ["take"]
    assert not locks_and_changes("SELECT id FROM job FOR UPDATE")
    assert not locks_and_changes("INSERT INTO job SELECT id FROM job FOR UPDATE ON CONFLICT DO UPDATE SET id = 1")


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_writes_what_constraints_compare_from_the_locked_row(name: str, constraints: Any) -> None:
    service, statement = UPDATES[name]
    text = sql(statement())

    assert _UPDATE.search(text)
    assert list(breaches(text, constraints(service))) == []


@pytest.mark.parametrize(
    ("service", "update"),
    [
        ("rooms", "UPDATE night SET sold = night.sold + summed.step FROM summed WHERE"),
        ("rooms", "UPDATE night SET capacity = summed.capacity + summed.step FROM summed WHERE"),
        ("rooms", "UPDATE night n SET capacity = c.rooms, overbooking = :overbooking FROM counted c WHERE"),
        ("bookings", "UPDATE hold_count AS count SET holds = count.holds - 1, nights = counter.nights FROM c WHERE"),
    ],
)
def test_an_update_from_the_older_row_is_noticed(service: str, update: str, constraints: Any) -> None:
    assert list(breaches(update, constraints(service)))
