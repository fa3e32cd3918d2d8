"""Applies each event exactly once, in the order of its subject; a batch of events is applied in one transaction.

An event that cannot be applied holds back only the later events of its subject, until another attempt succeeds or an
operator drops the event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis import codec
from chassis.messaging import inbox
from chassis.observability import logs, trace
from chassis.refusal import Refusal, TooEarly
from chassis.service import Service
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT, UnitOfWork, is_outage
from chassis.transactions.work import Work
from contracts.message import Envelope

log = logs.logger(__name__)


class Disposition(StrEnum):
    """What happens to a delivery after the attempt to apply its event."""

    APPLIED = "applied"  # or applied earlier, or without a handler: acknowledge
    TOO_EARLY = "too_early"  # retry later; not an attempt
    FAILED = "failed"  # retry later; an attempt
    OUTAGE = "outage"  # keep the delivery and wait: something is down


@dataclass(frozen=True)
class DispatchResult:
    """The disposition of one delivery, and the reason why its event was not applied."""

    disposition: Disposition
    why: str = ""


APPLIED = DispatchResult(Disposition.APPLIED)


class EventDispatcher:
    """All event handlers of a service, keyed by the event's wire name."""

    def __init__(self, service: Service, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work
        self._handlers = {handler.event.wire_name: handler for handler in service.events}
        self._lock_first = service.lock_first

    def has_handler(self, envelope: Envelope) -> bool:
        """Whether the service does more with the event than count it."""
        return envelope.type in self._handlers

    def apply(self, envelopes: Sequence[Envelope]) -> list[DispatchResult]:
        """Apply the batch in one transaction; returns a result for each event.

        If the transaction fails without an outage, the events are applied one by one, so that only faulty
        events fail.
        """
        if len(envelopes) > 1:
            try:
                self._apply_batch(envelopes)
                return [APPLIED] * len(envelopes)
            except Exception as problem:
                if is_outage(problem):
                    return [DispatchResult(Disposition.OUTAGE, _reason(problem))] * len(envelopes)
        return [self._apply_one(envelope) for envelope in envelopes]

    def _apply_one(self, envelope: Envelope) -> DispatchResult:
        fields = {"type": envelope.type, "subject": envelope.subject, "sequence": envelope.sequence}
        try:
            self._apply_batch([envelope])
        except TooEarly as early:
            return DispatchResult(Disposition.TOO_EARLY, _reason(early))
        except Refusal as refusal:
            log.warning("event_refused", code=refusal.code, **fields)
            return self._skip(envelope, refusal.code)
        except Exception as problem:
            if is_outage(problem):
                return DispatchResult(Disposition.OUTAGE, _reason(problem))
            log.exception("event_failed", **fields)
            self._unit_of_work.counters["events_failed"] += 1
            return DispatchResult(Disposition.FAILED, _reason(problem))
        return APPLIED

    def _skip(self, envelope: Envelope, code: str) -> DispatchResult:
        """Count a refused event as applied, although it changed nothing."""
        try:
            with self._unit_of_work.begin(cause=envelope) as work:
                inbox.skip(work.connection, envelope, outcome=f"refused: {code}")
        except Exception as problem:
            if is_outage(problem):
                return DispatchResult(Disposition.OUTAGE, _reason(problem))
            raise
        return APPLIED

    def _apply_batch(self, envelopes: Sequence[Envelope]) -> None:
        try:
            with inbox.checked(), self._unit_of_work.begin(SYSTEM_CONTEXT) as work:
                handled = list(filter(self.has_handler, envelopes))
                inbox.advance(work, envelopes, handled)
                self._dispatch(handled, work)
        except inbox.SequenceMismatch:
            with self._unit_of_work.begin(SYSTEM_CONTEXT) as work:
                fresh = inbox.advance_past_repeats(work.connection, envelopes)
                self._unit_of_work.counters["events_repeated"] += len(envelopes) - len(fresh)
                handled = list(filter(self.has_handler, fresh))
                inbox.insert(work.connection, handled)
                self._dispatch(handled, work)

    def _dispatch(self, handled: Sequence[Envelope], work: Work) -> None:
        handlers = [self._handlers[envelope.type] for envelope in handled]
        events = [codec.typed(each.data, handler.event) for each, handler in zip(handled, handlers, strict=True)]
        if len(events) > 1:
            self._lock_first(events, work)
        for envelope, handler, event in zip(handled, handlers, events, strict=True):
            work.cause = envelope
            with trace.following(envelope.traceparent):
                handler.handler(event, work)


def _reason(problem: BaseException) -> str:
    lines = str(problem).splitlines()
    return f"{type(problem).__name__}: {lines[0] if lines else ''}"[:300]
