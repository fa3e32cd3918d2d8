"""Handles asks: finds the handler, runs it in a transaction or a conversation, and stores replies to keyed commands."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import sqlalchemy as sa

from chassis import codec, time_limits
from chassis.database.answer_limit import slow_statements
from chassis.database.errors import NUMERIC_VALUE_OUT_OF_RANGE, sqlstate
from chassis.database.stale_plans import once_more
from chassis.messaging import inbox
from chassis.messaging.ask_verification import AskRefused
from chassis.messaging.inbox_progress import InboxProgress, inbox_metrics
from chassis.messaging.received_ask import read_context, read_message
from chassis.observability import trace
from chassis.observability.metrics import INSTANCE, service_metrics
from chassis.observability.operator_queries import HANDLERS, answer
from chassis.refusal import INVALID_MESSAGE, Refusal
from chassis.service import AskHandler, Service, handles
from chassis.transactions import idempotency
from chassis.transactions.conversation import KeyedConversation
from chassis.transactions.idempotency import Claim, StoredReply
from chassis.transactions.tables import OUTBOX
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Ask, Nothing, Query, reply_type
from contracts.operations import (
    AdvanceClock,
    EventsToPublish,
    Health,
    Metrics,
    Ping,
    PublishAgain,
    ReadMetrics,
    SkipEvent,
)
from contracts.values import Context

PUBLISH_AGAIN_WITHIN = 50  # seconds

# The seconds since the relay's lease has expired, while events wait; no row where the relay is alive or has no work.
_UNPUBLISHED = sa.text("""
    SELECT extract(epoch FROM clock_timestamp() - expires_at) FROM lease
    WHERE name = 'relay' AND expires_at < clock_timestamp() AND EXISTS (
        SELECT FROM outbox WHERE published_at IS NULL AND recorded_at < now() - make_interval(secs => :seconds))
""")


@dataclass(frozen=True)
class AskReply:
    """A reply, and whether it is the stored reply to an earlier ask with the same Idempotency-Key."""

    reply: Any
    replayed: bool = False


class AskServer:
    """All ask handlers of a service, keyed by the ask's method name."""

    def __init__(self, service: Service, unit_of_work: UnitOfWork, ask: Callable[[Ask[Any], Context], Any]) -> None:
        self._service = service
        self._unit_of_work = unit_of_work
        self._ask = ask
        self.inbox_progress: Callable[[sa.Connection], Sequence[InboxProgress]] = lambda _: ()  # of all processes
        common = (
            handles(Ping, self._pong),
            handles(AdvanceClock, self._advance_clock),
            handles(ReadMetrics, self._read_metrics),
            handles(SkipEvent, _skip_event),
            handles(PublishAgain, _publish_again),
            *(handles(query, self._operator_query) for query in HANDLERS),
        )
        self._handlers = {handler.method: handler for handler in (*service.asks, *common)}
        self._reply_types = {name: reply_type(handler.message) for name, handler in self._handlers.items()}

    def handle(self, method: str, message: Any, context: Any) -> AskReply:
        """Handle an ask given as plain data. An error, such as a `Refusal`, rolls a handler's own transaction back."""
        handler = self._handlers.get(method)
        if handler is None:
            raise AskRefused(f"the ask is refused: {self._service.name} cannot be asked {method}")
        ask, ask_context = read_message(message, handler.message), read_context(context)
        with trace.following(ask_context.traceparent), _numbers_in_range():
            if handler.converses:
                return self._converse(handler, ask, ask_context)
            once = self._command if handler.changes else self._query
            return once_more(lambda: once(handler, ask, ask_context))

    def _query(self, handler: AskHandler, ask: Ask[Any], context: Context) -> AskReply:
        with self._unit_of_work.read(context) as work:
            return AskReply(handler.handler(ask, work))

    def _command(self, handler: AskHandler, ask: Ask[Any], context: Context) -> AskReply:
        with idempotency.storing(), self._unit_of_work.begin(context) as work:
            claim = _taken(work, context)
            if isinstance(claim, StoredReply):
                return self._replay(handler, claim, work)
            reply = handler.handler(ask, work)
            if claim:
                idempotency.store(work.write_late, claim, codec.plain(reply))
            return AskReply(reply)

    def _converse(self, handler: AskHandler, ask: Ask[Any], context: Context) -> AskReply:
        conversation: KeyedConversation[Any] = KeyedConversation(self._unit_of_work, self._ask, context)
        taken: Claim | StoredReply | None = None
        if handler.changes and context.idempotency_key:
            with self._unit_of_work.at_once(context) as work:
                taken = _taken(work, context)
                if isinstance(taken, StoredReply):
                    return self._replay(handler, taken, work)
        with conversation.holding(taken if isinstance(taken, Claim) else None):
            carry_out = partial(handler.handler, ask, conversation)
            return AskReply(once_more(carry_out, unless=lambda: conversation.has_effect))

    def _replay(self, handler: AskHandler, stored: StoredReply, work: Work) -> AskReply:
        reply = codec.typed(stored.reply, self._reply_types[handler.method])
        return AskReply(handler.replay(reply, work) if handler.replay else reply, replayed=True)

    def _pong(self, _: Ping, work: Work) -> Health:
        unpublished = work.connection.execute(_UNPUBLISHED, {"seconds": time_limits.READY_OUTBOX}).scalar_one_or_none()
        relay = () if unpublished is None else (f"no relay has published for {unpublished:.0f} s, and events wait",)
        inbox = dict.fromkeys(chain.from_iterable(each.problems() for each in self.inbox_progress(work.connection)))
        problems = (*inbox, *relay)
        return Health(service=self._service.name, ready=not problems, now=work.now, problems=problems)

    def _read_metrics(self, _: ReadMetrics, work: Work) -> Metrics:
        kinds = [job.kind for job in self._service.jobs]
        common = service_metrics(work.connection, self._unit_of_work.counters, kinds=kinds, now=work.now)
        inbox = inbox_metrics(self.inbox_progress(work.connection), work.now)
        metrics = (*common, *inbox, *self._service.metrics(work))
        return Metrics(service=self._service.name, instance=INSTANCE, metrics=metrics)

    def _operator_query(self, query: Query[Any], work: Work) -> Any:
        return answer(self._service.name, self._service.examination, work.connection, query)

    def _advance_clock(self, command: AdvanceClock, _: Work) -> Health:
        try:
            now = self._unit_of_work.advance(command.seconds)
        except PermissionError as problem:
            raise Refusal("DEMO_ONLY", str(problem)) from problem
        return Health(service=self._service.name, ready=True, now=now)


@contextmanager
def _numbers_in_range() -> Iterator[None]:
    """Refuse `INVALID_MESSAGE` where a number of the ask is larger than its column in the database can hold."""
    try:
        yield
    except sa.exc.DataError as problem:
        if sqlstate(problem) == NUMERIC_VALUE_OUT_OF_RANGE:
            raise Refusal(INVALID_MESSAGE, "A number of the message is out of range.") from problem
        raise


def _taken(work: Work, context: Context) -> Claim | StoredReply | None:
    """The claim of the ask's Idempotency-Key, or the reply stored for the key; None for an ask without a key."""
    key = context.idempotency_key
    return idempotency.take(work.connection, key, context.fingerprint or "") if key else None


def _skip_event(command: SkipEvent, work: Work) -> Nothing:
    """Count an event as applied. Refused `EARLIER_EVENTS` while an earlier event is missing, unless `force` is set."""
    event = command.event
    last = inbox.last_applied(work.connection, event)
    if last < event.sequence - 1 and not command.force:
        raise Refusal(
            "EARLIER_EVENTS",
            f"{event.subject} is at {last}: numbers {last + 1} to {event.sequence - 1} come before this event "
            "and would be skipped with it.",
        )
    inbox.skip(work.connection, event)
    return Nothing()


def _publish_again(command: PublishAgain, work: Work) -> EventsToPublish:
    """Have the relay publish the events of the last `seconds` seconds again; returns the number of events."""
    lately = OUTBOX.c.recorded_at > sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, command.seconds)
    again = OUTBOX.update().where(lately, OUTBOX.c.published_at.is_not(None)).values(published_at=None)
    with slow_statements(work.connection, PUBLISH_AGAIN_WITHIN):
        return EventsToPublish(count=work.connection.execute(again).rowcount)
