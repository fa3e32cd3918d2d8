"""The base environment of the storms: services on real databases with crash points, and one clock for all.

Created once for many runs: `reset` deletes the data and resets every clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import sqlalchemy as sa

from chassis.settings import ServiceSettings
from chassis.transactions.migrate import migrate
from contracts.operations import Violation
from contracts.values import Caller, Context, Permission
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.fakes.crashing import CrashingUnitOfWork, CrashPoints
from tests.fakes.platform import Platform

ZONE = ZoneInfo("Europe/Dublin")
ASYNC_COMMIT = "?options=-csynchronous_commit%3Doff"  # durability is not tested here
SERVICES_WITH_TIMERS = ("bookings", "payments")

# Whether a service has unpublished events, due jobs, and jobs waiting for a retry.
PENDING_WORK = """
    SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL),
           coalesce(bool_or(try_at <= now()), false), coalesce(bool_or(try_at > now()), false)
    FROM job, clock WHERE done_at IS NULL AND gave_up_at IS NULL
    AND (not_before IS NULL OR not_before <= now() + make_interval(secs => ahead_seconds))
"""
FOREIGN_KEYS = """
    SELECT relname AS name, coalesce(array_agg(conrelid::regclass::text) FILTER (WHERE conrelid <> confrelid), '{}')
           AS pointing
    FROM pg_class LEFT JOIN pg_constraint ON confrelid = pg_class.oid AND contype = 'f'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY relname
"""
# The tables with a run's data in rooms; the hotels remain.
ROOMS_DATA_TABLES = (
    "outbox", "inbox", "inbox_position", "stream", "hold", "job", "period", "cleaning_task", "action", "idempotency",
    "remark",
)  # fmt: skip
RESET_ROOMS = """
    DELETE FROM audit WHERE NOT (starts_with(subject, 'room/') AND sequence = 1);
    UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL, version = 1, maintenance_priority = NULL
    WHERE version > 1
"""
UNCHANGED_TABLES = {"alembic_version", "clock", "lease", "inbox_process", "inbox_partition"}
WRITTEN_BY_TRIGGERS = {"booking_count"}
RETRY_JOBS_NOW = "UPDATE job SET try_at = now() WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at > now()"
MAKE_DUE = (
    "UPDATE booking SET action_due_at = now() WHERE action_due_at > now()",
    "UPDATE hold SET check_at = now() WHERE check_at > now()",
)


def staff(slug: str) -> Context:
    """A staff member of that hotel with every permission."""
    caller = Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=slug, permissions=frozenset(Permission))
    return Context(caller=caller)


class StormEnvironment:
    """A platform of these services, each with its own database."""

    invariants: Collection[str] = ()

    def __init__(
        self, new_database: Callable[[str], str], settings: Mapping[str, Callable[[str], ServiceSettings]]
    ) -> None:
        urls = {name: new_database(f"storm_{name}") for name in settings}
        for name, url in urls.items():
            migrate(name, url)
        urls = {name: url + ASYNC_COMMIT for name, url in urls.items()}
        self.crash_points = CrashPoints()
        self.ahead = timedelta(0)
        self.platform = Platform({name: made(urls[name]) for name, made in settings.items()})
        self.connections = {name: self._autocommit(url) for name, url in urls.items()}
        self.reset_statements: dict[str, str] = {}

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the services."""
        return tuple(self.platform.services)

    def dependencies(self, name: str) -> Any:
        """The dependencies of a service's processes."""
        return self.platform.services[name].unit_of_work.dependencies

    def restart(self) -> None:
        """Restart every process and release their leases."""
        for name, instance in self.platform.services.items():
            instance.start(
                CrashingUnitOfWork(
                    instance.running,
                    instance.service.work,
                    dependencies=self.dependencies(name),
                    demo=True,
                    crash_points=self.crash_points,
                    ahead=lambda: self.ahead,
                )
            )
        self.crash_points.steps = None
        self.retry_now()

    def reset(self) -> None:
        """Delete all data and return to real time."""
        self.restart()
        for name, statements in self.reset_statements.items():
            with self.platform.services[name].engine.begin() as connection:
                connection.exec_driver_sql(statements)
        self.ahead = timedelta(0)
        self.platform.published.clear()
        for waiting in self.platform.waiting.values():
            waiting.clear()

    def close(self) -> None:
        """Close the databases."""
        for connection in self.connections.values():
            connection.close()
        self.platform.close()

    # time

    def now(self) -> datetime:
        """The domain's time."""
        return datetime.now(UTC) + self.ahead

    def today(self) -> date:
        """The hotels' date."""
        return self.now().astimezone(ZONE).date()

    def advance(self, delta: timedelta) -> None:
        """Advance every clock."""
        self.platform.advance(delta)
        self.ahead += delta

    def tick(self) -> None:
        """Run every timer until nothing is due."""
        for _ in range(20):
            moved = [
                self.platform.services[name].run_timers()
                for name in SERVICES_WITH_TIMERS
                if name in self.platform.services
            ]
            self.settle()
            if not any(moved):
                return
        raise AssertionError("the timers do not become idle")

    # until idle

    def settle(self, *, retries: int = 3) -> None:
        """Deliver events and run jobs until nothing is due, with up to `retries` rounds of retried jobs."""
        for _ in range(60):
            busy = {name: self._busy(name) for name in self.services}
            if any(unpublished for unpublished, _, _ in busy.values()) or any(self.platform.waiting.values()):
                self.platform.deliver_events()
            for name, (_, due, _) in busy.items():
                if due:
                    self.platform.services[name].run_jobs()
            if not any(unpublished or due for unpublished, due, _ in busy.values()):
                if not retries or not any(retrying for _, _, retrying in busy.values()):
                    return
                self.retry_now()
                retries -= 1
        raise AssertionError("the platform does not become idle")

    def retry_now(self) -> None:
        """Make all waiting retries due."""
        for connection in self.connections.values():
            with connection.cursor() as cursor:
                cursor.execute(RETRY_JOBS_NOW)

    def make_due(self) -> None:
        """Make the recovery of crashed processes' actions due."""
        for statement in MAKE_DUE:
            self.sql("bookings", statement)

    def has_pending_action(self, booking_id: str) -> bool:
        """Whether the booking has an unfinished action with rooms."""
        [row] = self.sql("bookings", "SELECT pending IS NOT NULL AS busy FROM booking WHERE id = :id", id=booking_id)
        return bool(row["busy"])

    # checks

    def examination(self, **more: Any) -> ExaminationContext:
        """The context in which the invariants are judged."""
        return ExaminationContext(
            ask=lambda service, query: self.platform.ask(query, service=service), services=self.services, **more
        )

    def violations(self, *, older_than: timedelta = timedelta(0)) -> list[Violation]:
        """The breaches of the product's own invariants."""
        return examine(self.examination(older_than=older_than), only=self.invariants)

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The result of a statement in a service's database."""
        with self.platform.services[service].engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def query(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """The result of a query in a service's database, in one round trip."""
        with self.connections[service].cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())

    def deletions(self, name: str, tables: tuple[str, ...] = ()) -> str:
        """Statements that empty a service's tables (all, or `tables`) in foreign key order, triggers' tables last."""
        deleted = sorted(self.tables(name, tables), key=WRITTEN_BY_TRIGGERS.__contains__)
        return "; ".join([*(f"DELETE FROM {table}" for table in deleted), "UPDATE clock SET ahead_seconds = 0"])

    def tables(self, name: str, beginning: tuple[str, ...] = ()) -> list[str]:
        """A service's tables (all, or those with these prefixes), each before the tables that it references."""
        rows = [row for row in self.sql(name, FOREIGN_KEYS) if not beginning or row["name"].startswith(beginning)]
        references = {row["name"]: set(row["pointing"]) for row in rows}
        return [table for table in TopologicalSorter(references).static_order() if table not in UNCHANGED_TABLES]

    def _busy(self, name: str) -> tuple[bool, bool, bool]:
        with self.connections[name].cursor() as cursor:
            cursor.execute(PENDING_WORK)
            unpublished, due, retrying = cursor.fetchone()
        return unpublished, due, retrying

    @staticmethod
    def _autocommit(url: str) -> Any:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection
