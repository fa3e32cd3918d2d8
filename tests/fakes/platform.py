"""All services in one process without a broker: asks are calls, and tests deliver the outboxes' events.

Handlers, transactions, PostgreSQL and the official libraries (with stand-ins) are real. Messages are encoded to JSON
and back, as on the broker.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis import codec
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import Disposition, EventDispatcher
from chassis.service import Service, Timer, method_of
from chassis.settings import ServiceSettings, with_driver
from chassis.transactions.conversation import Conversation
from chassis.transactions.tables import OUTBOX
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT, UnitOfWork
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames
from contracts.message import Ask, Envelope, reply_type
from contracts.values import Caller, Context
from tests.fakes.compiled import sharing_compiled
from tests.fakes.driver import engine_under_test
from tests.fakes.noticed_writes import LooksInVain, NoticedWrites
from tests.fakes.open_jobs import with_open_jobs
from tests.fakes.planned_here import PLANNING_HERE
from tests.fakes.remembered_clock import RememberedClock
from tests.fakes.roles import running_url

Reply = TypeVar("Reply")

MAX_ROUNDS = 200

_TAKE = OUTBOX.update().where(OUTBOX.c.published_at.is_(None)).values(published_at=sa.func.now()).returning(OUTBOX)


class ServiceUnderTest:
    """One service on the platform, with the running role of its database. `engine` is the owner's, for tests.

    `work` looks again for a due job or timer only after a write of the service, or after time has passed.
    """

    def __init__(self, service: Service, settings: ServiceSettings, platform: Platform) -> None:
        self.service = service
        self.settings = settings
        self.engine = sharing_compiled(sa.create_engine(with_driver(settings.database_url, "psycopg2"), pool_size=12))
        self.running = engine_under_test(running_url(self.engine.url), pool_size=12)
        self._writes = NoticedWrites(self.engine, self.running)
        self._in_vain = LooksInVain(self._writes)
        self._platform = platform
        dependencies = PLANNING_HERE if service.name == "rooms" else service.dependencies(settings)
        self.start(RememberedClock(self.running, service.work, dependencies=dependencies))

    def start(self, unit_of_work: UnitOfWork) -> None:
        """Create all dispatchers, as a restarted process does."""
        self._in_vain.forget()
        self.unit_of_work = unit_of_work
        self.ask_server = AskServer(self.service, unit_of_work, self._platform.ask_from_service)
        self.event_dispatcher = EventDispatcher(self.service, unit_of_work)
        self.jobs = [JobRunner(job, unit_of_work, self._platform.ask_from_service) for job in self.service.jobs]

    def take_outbox(self) -> list[Envelope]:
        """Take the unpublished events from the outbox, as the relay does."""
        with self.engine.begin() as connection:
            rows = sorted(connection.execute(_TAKE), key=lambda row: row.position)
        return [
            Envelope(
                id=str(row.id), source=self.service.name, type=row.type, subject=row.subject, time=row.time,
                sequence=row.sequence, hotel=row.hotel, data=row.data, dataschema=row.type, traceparent=row.traceparent,
                correlationid=row.correlation_id, causationid=row.causation_id,
            )
            for row in rows
        ]  # fmt: skip

    def run_timers(self) -> bool:
        """Run every timer until nothing is due. Returns whether anything was due."""
        worked = False
        for timer in self.service.timers:
            for _ in range(MAX_ROUNDS):
                if not self._step(timer):
                    break
                worked = True
        return worked

    def _step(self, timer: Timer) -> bool:
        if timer.converses:
            context = Context(caller=Caller(kind="system"))
            return bool(timer.step(Conversation(self.unit_of_work, self._ask, context)))
        with self.unit_of_work.begin(SYSTEM_CONTEXT) as work:
            return bool(timer.step(work))

    def _ask(self, message: Ask[Any], context: Context) -> Any:
        self._writes.note_ask()
        return self._platform.ask_from_service(message, context)

    def work(self) -> bool:
        """Run jobs and timers until nothing is due. Returns whether there was any."""
        jobs = self._while_due("jobs", self.run_jobs)
        timers = [self._while_due(timer.name, partial(self._step, timer)) for timer in self.service.timers]
        return jobs or any(timers)

    def new_events(self) -> list[Envelope]:
        """The unpublished events, as `take_outbox` takes them."""
        envelopes: list[Envelope] = []

        def take() -> bool:
            envelopes.extend(self.take_outbox())
            return bool(envelopes)

        if not self._in_vain.repeats("outbox"):
            self._in_vain.look("outbox", take)
        return envelopes

    def look_again(self, *, time_has_passed: bool = False) -> None:
        """Look again for jobs and events, which others may have written, and for timers where time has passed."""
        self._in_vain.forget(*(() if time_has_passed else ("jobs", "outbox")))

    def _while_due(self, what: str, step: Callable[[], bool]) -> bool:
        """Repeat the step while it returns True. Returns whether it did.

        The step is not even tried where it was in vain and no table that it read has been written since.
        """
        for count in range(MAX_ROUNDS):
            watched = self.unit_of_work.engine is self.running
            if (watched and self._in_vain.repeats(what)) or not self._in_vain.look(what, step):
                return count > 0
        return True

    def run_jobs(self) -> bool:
        """Run every due job. Returns whether there was one."""
        worked = False
        for jobs in with_open_jobs(self.engine, self.jobs):
            while due := jobs.claim():
                worked = True
                jobs.run(due)
        return worked


class Platform:
    """The services with settings, and the delivery of events between them."""

    def __init__(self, settings: Mapping[str, ServiceSettings]) -> None:
        self.services = {
            name: ServiceUnderTest(importlib.import_module(f"services.{name}.service").SERVICE, settings[name], self)
            for name in OWNERS
            if name in settings
        }
        self.staff_names: Callable[[str, Collection[str]], Mapping[str, str]] = lambda hotel, ids: {}
        self.published: list[Envelope] = []
        self.waiting: dict[str, list[Envelope]] = {name: [] for name in self.services}

    def ask(self, message: Ask[Reply], context: Context | None = None, *, service: str | None = None) -> Reply:
        """Send an ask as the gateway does. Raises the service's `Refusal`."""
        context = context or Context(caller=Caller(kind="system"))
        instance = self.services[service or message.owner]
        answer = instance.ask_server.handle(
            method_of(type(message)), codec.decode(codec.encode(message)), codec.decode(codec.encode(context))
        )
        reply: Reply = codec.typed(codec.decode(codec.encode(answer.reply)), reply_type(type(message)))
        return reply

    def ask_from_service(self, message: Ask[Any], context: Context) -> Any:
        """Send an ask from one service to another, or to the gateway."""
        if isinstance(message, GetStaffNames):
            return StaffNames(names=dict(self.staff_names(message.hotel, message.staff_ids)))
        return self.ask(message, Context(caller=context.caller, traceparent=context.traceparent))

    def run_until_idle(self, *, time_has_passed: bool = True) -> None:
        """Deliver events, run jobs and run timers until nothing is due.

        Where no time has passed since the last run, only what the services have written since then can be due. Timers
        are due only by `advance` and by what is written: a test has no seconds of its own.
        """
        if time_has_passed:
            for instance in self.services.values():
                instance.look_again()
        for _ in range(MAX_ROUNDS):
            moved = self.deliver_events()
            for instance in self.services.values():
                moved = instance.work() or moved
            if not moved:
                return
        raise AssertionError("the platform does not become idle")

    def deliver_events(self) -> bool:
        """Deliver every unpublished event to all subscribers of its owner. Returns whether there was one.

        Events that a crashed listener did not apply stay queued, as on the broker.
        """
        for name, instance in self.services.items():
            envelopes = instance.new_events()
            self.published += envelopes
            for listener in self.waiting:
                if name in SUBSCRIPTIONS[listener]:
                    self.waiting[listener] += envelopes
        moved = False
        for listener, waiting in self.waiting.items():
            if waiting:
                moved = True
                outcomes = self.services[listener].event_dispatcher.apply(waiting)
                bad = [outcome for outcome in outcomes if outcome.disposition is not Disposition.APPLIED]
                assert not bad, f"{listener} could not apply its events: {bad}"
                waiting.clear()
        return moved

    def advance(self, delta: timedelta) -> None:
        """Advance every service's domain clock."""
        for instance in self.services.values():
            instance.unit_of_work.advance(delta.total_seconds())
            instance.look_again(time_has_passed=True)

    def event_names(self, subject: str) -> list[str]:
        """The names of the events of a subject, in publishing order."""
        return [envelope.type.split(".")[1] for envelope in self.published if envelope.subject == subject]

    def close(self) -> None:
        """Close the databases."""
        for instance in self.services.values():
            instance.engine.dispose()
            instance.running.dispose()
