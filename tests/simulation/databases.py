"""The databases of one worker: their SQL clock is the world's, and a reset restores them byte for byte.

The schema `simulation` comes before `pg_catalog` in the search path, so that `now()` in the product's SQL is the
world's time, which a connection learns when it is taken from its pool.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import extensions
from psycopg2.extras import RealDictCursor

from chassis.database.parameters import parameters
from chassis.settings import with_driver

WROTE, ACTIVE = "wrote", "active"  # what a connection remembers
CLOCK_GRAIN = 20_000  # microseconds: the grain of the SQL clock, so that few transactions have to set it
INTRANS = extensions.TRANSACTION_STATUS_INTRANS
CLOCKS = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp")
_CLOCK = """
    CREATE FUNCTION simulation.{name}() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT pg_catalog.current_setting('simulation.now')::timestamptz $$
"""
# Migrations bound the defaults of columns to the real clock when they ran.
_DEFAULTS = """
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT simulation.now()', adrelid::regclass, attname)
    FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE pg_get_expr(adbin, adrelid) ~ '(now|_timestamp)\\(\\)|CURRENT_'
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
# A table whose file is empty was not written since it was emptied: truncating it would cost a file of its own. Its
# sequence may have been drawn from all the same. CASCADE reaches only empty tables: those with kept rows are named.
_EMPTY = """
    DO $$ DECLARE written text; BEGIN
        SELECT string_agg(format('%I', relname), ', ' ORDER BY relname) INTO written FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
            AND pg_relation_size(oid) > 0;
        IF written IS NOT NULL THEN EXECUTE 'TRUNCATE ' || written || ' RESTART IDENTITY CASCADE'; END IF;
        PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence JOIN pg_class ON pg_class.oid = seqrelid
        WHERE relnamespace = 'public'::regnamespace;
    END $$
"""
_SETTINGS = "SET client_min_messages = warning; SET session_replication_role = replica"  # without foreign keys
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


class SimulatedDatabase:
    """One service's database.

    `written` is called after each transaction, once for each of what it wrote: `outbox`, and `job` for jobs that it
    enqueued or changed. `failed` is called with PostgreSQL's code for each error.
    """

    def __init__(
        self,
        name: str,
        admin_url: str,
        running_url: str,
        *,
        now: Callable[[], datetime],
        written: Callable[[str], None],
        failed: Callable[[str], None],
    ) -> None:
        self.name = name
        self._now = now
        self._written = written
        self._failed = failed
        self._admin = psycopg2.connect(admin_url)
        self._admin.autocommit = True
        self._reset = ""
        url = with_driver(running_url, "psycopg2")
        arguments = {"connect_args": parameters(name), "pool_size": 40, "max_overflow": -1, "hide_parameters": True}
        arguments["pool_use_lifo"] = True  # few connections, which mostly know the time
        self.transacting = sa.create_engine(url, **arguments)
        self.reading = sa.create_engine(url, **arguments, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self._open: dict[int, tuple[Any, dict[Any, Any]]] = {}
        for engine in (self.transacting, self.reading):
            sa.event.listen(engine, "checkout", self._checked_out)
            sa.event.listen(engine, "checkin", self._checked_in)
            sa.event.listen(engine, "rollback", _rolled_back)
            sa.event.listen(engine, "before_cursor_execute", self._executed)
            sa.event.listen(engine, "handle_error", self._refused)

    def prepare(self, running_role: str) -> None:
        """Give a migrated database the world's clock."""
        for statement in (
            "CREATE SCHEMA simulation",
            *(_CLOCK.format(name=name) for name in CLOCKS),
            f"GRANT USAGE ON SCHEMA simulation TO {running_role}",
            "CREATE SCHEMA simulation_base",
            *(row["format"] for row in self.sql(_DEFAULTS)),
        ):
            self.sql(statement)

    def keep(self) -> None:
        """Have every later reset return to the present data."""
        tables = [row["tablename"] for row in self.sql(_TABLES)]
        filled = [table for table in tables if self.sql(f"SELECT 1 FROM {table} LIMIT 1")]
        for table in filled:
            self.sql(f"CREATE TABLE simulation_base.{table} AS TABLE {table}")
        statements = [_EMPTY]
        statements += [
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM simulation_base.{table}" for table in filled
        ]
        statements += [f"SELECT setval('{row['sequencename']}', {row['last_value']})" for row in self.sql(_SEQUENCES)]
        self._reset = ";".join([_SETTINGS, *statements])

    def reset(self) -> None:
        """Return to the data that `keep` kept."""
        self._open.clear()
        with self._admin.cursor() as cursor:
            cursor.execute(f"SET simulation.now = '{self._now().isoformat()}';{self._reset}")

    def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement that a superuser executes; parameters are written `%(name)s`."""
        with self._admin.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(statement, values or None)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def idle(self, longer_than: float) -> list[Any]:
        """The connections that have been idle in a transaction for more than so many seconds."""
        before = self._now() - timedelta(seconds=longer_than)
        return [
            connection
            for connection, info in self._open.values()
            if info[ACTIVE] < before and not connection.closed and connection.get_transaction_status() == INTRANS
        ]

    def _checked_out(self, connection: Any, record: Any, _: Any) -> None:
        now = self._now()
        self._open[id(connection)] = (connection, record.info)
        record.info[ACTIVE] = now
        now = now.replace(microsecond=now.microsecond // CLOCK_GRAIN * CLOCK_GRAIN)
        if record.info.get("now") != now:
            with connection.cursor() as cursor:
                cursor.execute(f"SET simulation.now = '{now.isoformat()}'")
            record.info["now"] = now

    def _checked_in(self, connection: Any, record: Any) -> None:
        self._open.pop(id(connection), None)
        for what in sorted(record.info.pop(WROTE, ())):
            self._written(what)

    def _executed(self, connection: sa.Connection, _: Any, statement: str, __: Any, ___: Any, ____: bool) -> None:
        connection.info[ACTIVE] = self._now()
        wrote = connection.info.setdefault(WROTE, set())
        for what in ("outbox", "job"):
            if f"INSERT INTO {what} " in statement or f"UPDATE {what} " in statement:
                wrote.add(what)

    def _refused(self, context: sa.engine.ExceptionContext) -> None:
        self._failed(str(getattr(context.original_exception, "pgcode", "") or ""))


def _rolled_back(connection: sa.Connection) -> None:
    """The setting was rolled back, too. A connection that was interrupted while it waited is none any more."""
    if not connection.invalidated:
        connection.info.pop("now", None)
