"""How events are applied: each exactly once, in the order of its subject, a batch in one transaction.

An event that cannot be applied yet or at all holds back only its own subject: the next number of that subject is too
early until the one before it has been applied, or dropped by an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis import codec, heard, logs, trace
from chassis.doors import Service
from chassis.refusal import Refusal, TooEarly
from chassis.transact import Transactor, is_outage
from chassis.work import Work
from contracts.message import Envelope
from contracts.values import Caller, Context

OURSELVES = Context(caller=Caller(kind="system"))

log = logs.logger(__name__)


class Fate(StrEnum):
    """What became of one delivery."""

    APPLIED = "applied"  # or heard before, or not for us: acknowledge
    TOO_EARLY = "too_early"  # bring it back later; not a try
    FAILED = "failed"  # bring it back later; a try
    OUTAGE = "outage"  # keep it and wait: something is down


@dataclass(frozen=True)
class Outcome:
    """One delivery's fate, and why."""

    fate: Fate
    why: str = ""


APPLIED = Outcome(Fate.APPLIED)


class Hearing:
    """All of a service's event doors."""

    def __init__(self, service: Service, transactor: Transactor) -> None:
        self._transactor = transactor
        self._doors = {door.event.wire_name: door for door in service.hears}

    def apply(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Apply them all in one transaction; where that fails, one by one, so that only the culprit fails."""
        if len(envelopes) > 1:
            try:
                self._together(envelopes)
                return [APPLIED] * len(envelopes)
            except Exception as problem:
                if is_outage(problem):
                    return [Outcome(Fate.OUTAGE, _said(problem))] * len(envelopes)
        return [self._alone(envelope) for envelope in envelopes]

    def _alone(self, envelope: Envelope) -> Outcome:
        facts = {"type": envelope.type, "subject": envelope.subject, "sequence": envelope.sequence}
        try:
            self._together([envelope])
        except TooEarly as early:
            return Outcome(Fate.TOO_EARLY, _said(early))
        except Refusal as refusal:
            log.warning("event_refused", code=refusal.code, **facts)
            return self._ignored(envelope, refusal.code)
        except Exception as problem:
            if is_outage(problem):
                return Outcome(Fate.OUTAGE, _said(problem))
            log.exception("event_failed", **facts)
            self._transactor.tally["events_failed"] += 1
            return Outcome(Fate.FAILED, _said(problem))
        return APPLIED

    def _ignored(self, envelope: Envelope, code: str) -> Outcome:
        """A refusal is an answer: the event is heard, and changes nothing."""
        try:
            with self._transactor.begin(cause=envelope) as work:
                heard.skip(work.connection, envelope, outcome=f"refused: {code}")
        except Exception as problem:
            if is_outage(problem):
                return Outcome(Fate.OUTAGE, _said(problem))
            raise
        return APPLIED

    def _together(self, envelopes: Sequence[Envelope]) -> None:
        try:
            with self._transactor.begin(OURSELVES) as work:
                heard.advance(work.connection, envelopes)
                self._open_all(envelopes, work)
        except heard.Uneven:
            with self._transactor.begin(OURSELVES) as work:
                fresh = heard.sift(work.connection, envelopes)
                self._transactor.tally["events_heard_again"] += len(envelopes) - len(fresh)
                self._open_all(fresh, work)

    def _open_all(self, envelopes: Sequence[Envelope], work: Work) -> None:
        wanted = [envelope for envelope in envelopes if envelope.type in self._doors]
        heard.claim(work.connection, wanted)
        for envelope in wanted:
            door = self._doors[envelope.type]
            work.cause = envelope
            with trace.following(envelope.traceparent):
                door.handler(codec.typed(envelope.data, door.event), work)


def _said(problem: BaseException) -> str:
    text = str(problem).splitlines()
    return f"{type(problem).__name__}: {text[0] if text else ''}"[:300]
