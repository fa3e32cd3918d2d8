"""What every storm stands on: services on real databases, whose processes may die at any step, and one clock for all.

Built once for many lives: `fresh` forgets what has happened, and sets every clock back.
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
from tests.fakes.mortal import Fate, MortalTransactor
from tests.fakes.town import Town

ZONE = ZoneInfo("Europe/Dublin")
QUICK = "?options=-csynchronous_commit%3Doff"  # nobody pulls the plug of this server
TICKING = ("bookings", "payments")

# Whether a service has something to tell, owes something that is due, and owes something that waits for its next try.
BUSY = """
    SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL),
           coalesce(bool_or(try_at <= now()), false), coalesce(bool_or(try_at > now()), false)
    FROM job, clock WHERE done_at IS NULL AND gave_up_at IS NULL
    AND (not_before IS NULL OR not_before <= now() + make_interval(secs => ahead_seconds))
"""
POINTING = """
    SELECT relname AS name, coalesce(array_agg(conrelid::regclass::text) FILTER (WHERE conrelid <> confrelid), '{}')
           AS pointing
    FROM pg_class LEFT JOIN pg_constraint ON confrelid = pg_class.oid AND contype = 'f'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY relname
"""
# What a story leaves in rooms, where the hotels themselves stay.
LEFT_IN_ROOMS = (
    "outbox", "inbox", "inbox_position", "stream", "hold", "job", "period", "cleaning_task", "action", "idempotency",
)  # fmt: skip
ROOMS_AT_FIRST = """
    DELETE FROM audit WHERE NOT (starts_with(subject, 'room/') AND sequence = 1);
    UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL, version = 1, maintenance_priority = NULL
    WHERE version > 1
"""
KEPT = {"alembic_version", "clock", "lease"}
RETRIED = "UPDATE job SET try_at = now() WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at > now()"
LEFT_LYING = (
    "UPDATE booking SET action_due_at = now() WHERE action_due_at > now()",
    "UPDATE hold SET check_at = now() WHERE check_at > now()",
)


def staff(slug: str) -> Context:
    """Somebody at that hotel who may do everything."""
    caller = Caller(kind="staff", staff_id="7", name="Nora Desk", hotel=slug, permissions=frozenset(Permission))
    return Context(caller=caller)


class Ground:
    """A town of these services, each on a database of its own."""

    judged_by: Collection[str] = ()

    def __init__(
        self, new_database: Callable[[str], str], settings: Mapping[str, Callable[[str], ServiceSettings]]
    ) -> None:
        urls = {name: new_database(f"storm_{name}") for name in settings}
        for name, url in urls.items():
            migrate(name, url)
        urls = {name: url + QUICK for name, url in urls.items()}
        self.fate = Fate()
        self.ahead = timedelta(0)
        self.town = Town({name: made(urls[name]) for name, made in settings.items()})
        self.looking = {name: self._autocommit(url) for name, url in urls.items()}
        self.forget: dict[str, str] = {}

    @property
    def services(self) -> tuple[str, ...]:
        """Who lives here."""
        return tuple(self.town.houses)

    def dependencies(self, name: str) -> Any:
        """What a service's processes are given when they start."""
        return self.town.houses[name].unit_of_work.dependencies

    def restart(self) -> None:
        """Every process anew; what they had leased is free again."""
        for name, house in self.town.houses.items():
            house.open(
                MortalTransactor(
                    house.engine,
                    house.service.work,
                    dependencies=self.dependencies(name),
                    demo=True,
                    fate=self.fate,
                    ahead=lambda: self.ahead,
                )
            )
        self.fate.steps = None
        self.impatient()

    def fresh(self) -> None:
        """As it was at first, in real time."""
        self.restart()
        for name, statements in self.forget.items():
            with self.town.houses[name].engine.begin() as connection:
                connection.exec_driver_sql(statements)
        self.ahead = timedelta(0)
        self.town.carried.clear()
        for waiting in self.town.waiting.values():
            waiting.clear()

    def close(self) -> None:
        """Let go of the databases."""
        for connection in self.looking.values():
            connection.close()
        self.town.close()

    # time

    def now(self) -> datetime:
        """The domain's time."""
        return datetime.now(UTC) + self.ahead

    def today(self) -> date:
        """The hotels' date."""
        return self.now().astimezone(ZONE).date()

    def advance(self, delta: timedelta) -> None:
        """Move everybody's clock."""
        self.town.advance(delta)
        self.ahead += delta

    def tick(self) -> None:
        """Run every timer, and let everything happen that follows."""
        for _ in range(20):
            moved = [self.town.houses[name].tick() for name in TICKING if name in self.town.houses]
            self.settle()
            if not any(moved):
                return
        raise AssertionError("the clocks do not come to rest")

    # rest

    def settle(self, *, patient: int = 3) -> None:
        """Let everything happen that follows from what has happened, with so much patience for what must be retried."""
        for _ in range(60):
            busy = {name: self._busy(name) for name in self.services}
            if any(says for says, _, _ in busy.values()) or any(self.town.waiting.values()):
                self.town.carry()
            for name, (_, owes, _) in busy.items():
                if owes:
                    self.town.houses[name].run_errands()
            if not any(says or owes for says, owes, _ in busy.values()):
                if not patient or not any(waits for _, _, waits in busy.values()):
                    return
                self.impatient()
                patient -= 1
        raise AssertionError("the town does not come to rest")

    def impatient(self) -> None:
        """What waits to be tried again is tried now."""
        for connection in self.looking.values():
            with connection.cursor() as cursor:
                cursor.execute(RETRIED)

    def find_what_lies(self) -> None:
        """What a process that died has left lying is looked at as soon as the clocks run."""
        for statement in LEFT_LYING:
            self.sql("bookings", statement)

    def is_under_way(self, booking_id: str) -> bool:
        """Whether an action with rooms has begun and not ended."""
        [row] = self.sql("bookings", "SELECT pending IS NOT NULL AS busy FROM booking WHERE id = :id", id=booking_id)
        return bool(row["busy"])

    # judges

    def examination(self, **more: Any) -> ExaminationContext:
        """The context in which the invariants are judged."""
        return ExaminationContext(
            ask=lambda service, query: self.town.ask(query, service=service), services=self.services, **more
        )

    def violations(self, *, older_than: timedelta = timedelta(0)) -> list[Violation]:
        """The breaches of the product's own invariants."""
        return examine(self.examination(older_than=older_than), only=self.judged_by)

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        """What a service's database answers."""
        with self.town.houses[service].engine.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def shown(self, service: str, question: str) -> list[tuple[Any, ...]]:
        """What a service's database answers, asked in one round trip."""
        with self.looking[service].cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())

    def deletions(self, name: str, tables: tuple[str, ...] = ()) -> str:
        """Statements that empty a service's tables, or those of them: what points to another goes first."""
        doomed = self.tables(name, tables)
        return "; ".join([*(f"DELETE FROM {table}" for table in doomed), "UPDATE clock SET ahead_seconds = 0"])

    def tables(self, name: str, beginning: tuple[str, ...] = ()) -> list[str]:
        """A service's tables, or those whose names begin so; each before those that it points to."""
        rows = [row for row in self.sql(name, POINTING) if not beginning or row["name"].startswith(beginning)]
        pointing = {row["name"]: set(row["pointing"]) for row in rows}
        return [table for table in TopologicalSorter(pointing).static_order() if table not in KEPT]

    def _busy(self, name: str) -> tuple[bool, bool, bool]:
        with self.looking[name].cursor() as cursor:
            cursor.execute(BUSY)
            says, owes, waits = cursor.fetchone()
        return says, owes, waits

    @staticmethod
    def _autocommit(url: str) -> Any:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection
