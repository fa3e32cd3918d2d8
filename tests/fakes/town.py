"""All four services in one process, without a broker: asks are calls, outboxes are emptied by hand, time stands still.

Everything else is real: the doors, the transactions, PostgreSQL, and the stand-ins behind the official libraries.
Messages go through their JSON, so what would not survive the wire does not survive here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis import codec
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import Disposition, EventDispatcher
from chassis.service import Service, method_of
from chassis.settings import ServiceSettings
from chassis.transactions.conversation import Conversation
from chassis.transactions.tables import OUTBOX
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from contracts.message import Ask, Envelope, reply_type
from contracts.values import Caller, Context

Reply = TypeVar("Reply")

ROUNDS = 200

_TAKE = OUTBOX.update().where(OUTBOX.c.published_at.is_(None)).values(published_at=sa.func.now()).returning(OUTBOX)


class House:
    """One service at home in the town."""

    def __init__(self, service: Service, settings: ServiceSettings, town: Town) -> None:
        self.service = service
        self.engine = sa.create_engine(settings.sync_url, pool_size=12)
        self._town = town
        self.open(UnitOfWork(self.engine, service.work, dependencies=service.dependencies(settings), demo=True))

    def open(self, unit_of_work: UnitOfWork) -> None:
        """Open all doors anew, as a restarted process does."""
        self.unit_of_work = unit_of_work
        self.ask_server = AskServer(self.service, unit_of_work, self._town.pass_on)
        self.event_dispatcher = EventDispatcher(self.service, unit_of_work)
        self.jobs = [JobRunner(door, unit_of_work, self._town.pass_on) for door in self.service.jobs]

    def unpublished(self) -> list[Envelope]:
        """What the relay would carry now, taken as carried."""
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

    def tick(self) -> bool:
        """Run every timer until nothing is due; whether anything was."""
        worked = False
        for door in self.service.timers:
            for _ in range(ROUNDS):
                if door.converses:
                    more = door.step(
                        Conversation(self.unit_of_work, self._town.pass_on, Context(caller=Caller(kind="system")))
                    )
                else:
                    with self.unit_of_work.begin() as work:
                        more = door.step(work)
                if not more:
                    break
                worked = True
        return worked

    def run_errands(self) -> bool:
        """Make every call that is due; whether there was one."""
        worked = False
        for jobs in self.jobs:
            while due := jobs.claim():
                worked = True
                jobs.run(due)
        return worked


class Town:
    """The services, all four or those that settings are given for, and the post between them."""

    def __init__(self, settings: Mapping[str, ServiceSettings]) -> None:
        self.houses = {
            name: House(importlib.import_module(f"services.{name}.service").SERVICE, settings[name], self)
            for name in OWNERS
            if name in settings
        }
        self.carried: list[Envelope] = []
        self.waiting: dict[str, list[Envelope]] = {name: [] for name in self.houses}

    def ask(self, message: Ask[Reply], context: Context | None = None, *, service: str | None = None) -> Reply:
        """Ask a service as the gateway would; raises its `Refusal`."""
        context = context or Context(caller=Caller(kind="system"))
        house = self.houses[service or message.owner]
        answer = house.ask_server.handle(
            method_of(type(message)), codec.decode(codec.encode(message)), codec.decode(codec.encode(context))
        )
        reply: Reply = codec.typed(codec.decode(codec.encode(answer.reply)), reply_type(type(message)))
        return reply

    def pass_on(self, message: Ask[Any], context: Context) -> Any:
        """One service asks another."""
        return self.ask(message, Context(caller=context.caller, traceparent=context.traceparent))

    def settle(self) -> None:
        """Carry events, make calls and run timers until the town is quiet."""
        for _ in range(ROUNDS):
            moved = self.carry()
            for house in self.houses.values():
                moved = house.run_errands() or moved
                moved = house.tick() or moved
            if not moved:
                return
        raise AssertionError("the town does not come to rest")

    def carry(self) -> bool:
        """Bring every unpublished event to everyone who hears its owner; whether there was one.

        What a listener could not take, because it died, waits for it as it would on the broker.
        """
        for name, house in self.houses.items():
            envelopes = house.unpublished()
            self.carried += envelopes
            for listener in self.waiting:
                if name in SUBSCRIPTIONS[listener]:
                    self.waiting[listener] += envelopes
        moved = False
        for listener, waiting in self.waiting.items():
            if waiting:
                moved = True
                outcomes = self.houses[listener].event_dispatcher.apply(waiting)
                bad = [outcome for outcome in outcomes if outcome.disposition is not Disposition.APPLIED]
                assert not bad, f"{listener} could not apply what it was told: {bad}"
                waiting.clear()
        return moved

    def advance(self, delta: timedelta) -> None:
        """Move everyone's domain clock."""
        for house in self.houses.values():
            house.unit_of_work.advance(delta.total_seconds())

    def happened(self, subject: str) -> list[str]:
        """The names of the facts about a subject, in the order they were carried."""
        return [envelope.type.split(".")[1] for envelope in self.carried if envelope.subject == subject]

    def close(self) -> None:
        """Let go of the databases."""
        for house in self.houses.values():
            house.engine.dispose()
