"""How events are applied: each exactly once, in the order of its subject, a batch in one transaction.

An event that cannot be applied yet or at all holds back only its own subject: the next number of that subject is too
early until the one before it has been applied, or dropped by an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import codec, logs, trace
from chassis.doors import Service
from chassis.refusal import Refusal, TooEarly
from chassis.tables import HEARD, INBOX
from chassis.transact import Transactor, is_outage
from chassis.work import Work
from contracts.message import Envelope
from contracts.values import Caller, Context

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
            return Outcome(Fate.FAILED, _said(problem))
        return APPLIED

    def _ignored(self, envelope: Envelope, code: str) -> Outcome:
        """A refusal is an answer: the event is heard, and changes nothing."""
        try:
            with self._transactor.begin(cause=envelope) as work:
                if _claim(work.connection, [envelope], outcome=f"refused: {code}"):
                    _move_on(work.connection, {(envelope.source, envelope.subject): envelope.sequence})
        except Exception as problem:
            if is_outage(problem):
                return Outcome(Fate.OUTAGE, _said(problem))
            raise
        return APPLIED

    def _together(self, envelopes: Sequence[Envelope]) -> None:
        context = Context(caller=Caller(kind="system"))
        with self._transactor.begin(context) as work:
            fresh = _claim(work.connection, envelopes)
            last = _last(work.connection, envelopes)
            reached: dict[tuple[str, str], int] = {}
            for envelope in envelopes:
                key = (envelope.source, envelope.subject)
                before = reached.get(key, last.get(key, 0))
                if envelope.id not in fresh or envelope.sequence <= before:
                    continue
                fresh.discard(envelope.id)
                if envelope.sequence > before + 1:
                    raise TooEarly(f"{envelope.subject} is at {before}, not {envelope.sequence - 1}")
                self._open(envelope, work)
                reached[key] = envelope.sequence
            _move_on(work.connection, reached)

    def _open(self, envelope: Envelope, work: Work) -> None:
        door = self._doors.get(envelope.type)
        if door is None:
            return
        work.cause = envelope
        with trace.following(envelope.traceparent):
            door.handler(codec.typed(envelope.data, door.event), work)


def _claim(connection: sa.Connection, envelopes: Sequence[Envelope], *, outcome: str = "applied") -> set[str]:
    """Insert the inbox rows first; the ids that were not there before."""
    rows = [
        {
            "event_id": envelope.id,
            "source": envelope.source,
            "subject": envelope.subject,
            "sequence": envelope.sequence,
            "type": envelope.type,
            "outcome": outcome,
        }
        for envelope in envelopes
    ]
    statement = insert(INBOX).values(rows).on_conflict_do_nothing().returning(INBOX.c.event_id)
    return {str(event_id) for event_id in connection.execute(statement).scalars()}


def _last(connection: sa.Connection, envelopes: Sequence[Envelope]) -> dict[tuple[str, str], int]:
    keys = sorted({(envelope.source, envelope.subject) for envelope in envelopes})
    rows = connection.execute(
        sa.select(HEARD).where(sa.tuple_(HEARD.c.source, HEARD.c.subject).in_(keys)).with_for_update()
    )
    return {(row.source, row.subject): row.last for row in rows}


def _move_on(connection: sa.Connection, reached: dict[tuple[str, str], int]) -> None:
    if not reached:
        return
    rows = [{"source": source, "subject": subject, "last": last} for (source, subject), last in sorted(reached.items())]
    statement = insert(HEARD).values(rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "subject"], set_={"last": sa.func.greatest(HEARD.c.last, statement.excluded.last)}
        )
    )


def skip(connection: sa.Connection, envelope: Envelope) -> None:
    """An operator has dropped this event: what follows of its subject may be applied."""
    if _claim(connection, [envelope], outcome="dropped"):
        _move_on(connection, {(envelope.source, envelope.subject): envelope.sequence})


def _said(problem: BaseException) -> str:
    text = str(problem).splitlines()
    return f"{type(problem).__name__}: {text[0] if text else ''}"[:300]
