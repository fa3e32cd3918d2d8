"""How an ask is answered: find its door, run it in a transaction (or a conversation), keep keyed answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis import codec, idempotency, trace
from chassis.doors import Asked, Service, asked
from chassis.figures import INSTANCE, figures_of
from chassis.refusal import Refusal
from chassis.transact import Desk, Transactor
from chassis.work import Work
from contracts.message import Ask, reply_type
from contracts.operations import AdvanceClock, Figures, Health, Ping, ReadFigures
from contracts.values import Context


@dataclass(frozen=True)
class Answer:
    """A reply, and whether it was stored earlier for the same Idempotency-Key."""

    reply: Any
    replayed: bool = False


class KeyedDesk(Desk):
    """A desk whose last transaction stores the answer: `desk.finish(work, reply)` inside it."""

    key: str | None = None
    stored = False

    def finish(self, work: Work, reply: Any) -> Any:
        """Keep the reply under the request's key, with the effect. Call it in the deciding transaction."""
        if self.key:
            idempotency.store(work.connection, self.key, codec.plain(reply))
            self.stored = True
        return reply


class Answering:
    """All of a service's ask doors, opened by method name."""

    def __init__(self, service: Service, transactor: Transactor, ask: Callable[[Ask[Any], Context], Any]) -> None:
        self._service = service
        self._transactor = transactor
        self._ask = ask
        self._doors = {door.method: door for door in (*service.asks, asked(Ping, self._pong))}
        self._doors[AdvanceClock.__name__] = asked(AdvanceClock, self._advance)
        self._doors[ReadFigures.__name__] = asked(ReadFigures, self._read_figures)
        self._replies = {name: reply_type(door.message) for name, door in self._doors.items()}

    def answer(self, method: str, message: Any, context: Any) -> Answer:
        """Answer plain data. Raises `Refusal`, or whatever went wrong; then nothing has changed."""
        door = self._doors.get(method)
        if door is None:
            raise Refusal("UNKNOWN_ASK", f"{self._service.name} cannot be asked {method}.")
        try:
            ask = codec.typed(message, door.message)
            around = codec.typed(context, Context)
        except ValueError as problem:
            raise Refusal("INVALID_MESSAGE", str(problem)) from problem
        with trace.following(around.traceparent):
            return self._open(door, ask, around)

    def may_repeat(self, method: str, context: dict[str, Any]) -> bool:
        """Whether an ask that may have been carried out already can be carried out again without a second effect."""
        door = self._doors.get(method)
        return door is None or not door.changes or bool(context.get("idempotency_key"))

    def _open(self, door: Asked, ask: Ask[Any], context: Context) -> Answer:
        if door.converses:
            return self._converse(door, ask, context)
        if not door.changes:
            with self._transactor.read(context) as work:
                return Answer(door.handler(ask, work))
        with self._transactor.begin(context) as work:
            key = context.idempotency_key
            stored = idempotency.claim(work.connection, key, context.fingerprint or "") if key else None
            if stored is not None:
                return Answer(self._replayed(door, stored, work), replayed=True)
            reply = door.handler(ask, work)
            if key:
                idempotency.store(work.connection, key, codec.plain(reply))
            return Answer(reply)

    def _converse(self, door: Asked, ask: Ask[Any], context: Context) -> Answer:
        desk = KeyedDesk(self._transactor, self._ask, context)
        desk.key = key = context.idempotency_key if door.changes else None
        if key is None:
            return Answer(door.handler(ask, desk))
        with self._transactor.begin(context) as work:
            stored = idempotency.claim(work.connection, key, context.fingerprint or "")
            if stored is not None:
                return Answer(self._replayed(door, stored, work), replayed=True)
        with self._given_back(desk, key):
            return Answer(door.handler(ask, desk))

    @contextmanager
    def _given_back(self, desk: KeyedDesk, key: str) -> Iterator[None]:
        try:
            yield
        finally:
            if not desk.stored:
                with self._transactor.begin() as work:
                    idempotency.forget(work.connection, key)

    def _replayed(self, door: Asked, stored: Any, work: Work) -> Any:
        reply = codec.typed(stored, self._replies[door.method])
        return door.replay(reply, work) if door.replay else reply

    def _pong(self, _: Ping, work: Work) -> Health:
        work.connection.execute(sa.text("SELECT 1"))
        return Health(service=self._service.name, ready=True, now=work.now)

    def _read_figures(self, _: ReadFigures, work: Work) -> Figures:
        kinds = [errand.kind for errand in self._service.errands]
        of_mailbox = figures_of(work.connection, self._transactor.tally, kinds=kinds, now=work.now)
        found = (*of_mailbox, *self._service.figures(work))
        return Figures(service=self._service.name, instance=INSTANCE, figures=found)

    def _advance(self, command: AdvanceClock, _: Work) -> Health:
        try:
            now = self._transactor.advance(command.seconds)
        except PermissionError as refused:
            raise Refusal("DEMO_ONLY", str(refused)) from refused
        return Health(service=self._service.name, ready=True, now=now)
