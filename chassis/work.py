"""What one transaction may do: read and write its service's tables, publish, owe an errand, note who did what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import codec, impersonal, logs, trace
from chassis.tables import AUDIT, ERRAND, OUTBOX, STREAM
from contracts.log_names import log_name
from contracts.message import Envelope, Event
from contracts.values import Actor, Caller, Context

log = logs.logger(__name__)

# Built once: what a transaction always does should cost no more than its round trip.
_OWE = insert(ERRAND).on_conflict_do_nothing(index_elements=["key"])
_NEXT = (
    insert(STREAM)
    .on_conflict_do_update(index_elements=["subject"], set_={"last": STREAM.c.last + 1})
    .returning(STREAM.c.last)
)
_NOTE = sa.insert(AUDIT)
_PUBLISH = sa.insert(OUTBOX)


@dataclass
class Pending:
    """An event on its way to the outbox."""

    event: Event
    sequence: int | None
    id: UUID
    traceparent: str
    cause: Envelope | None


class Work:
    """One transaction's worth of work. Services add their ports; only the chassis commits.

    `now` is the domain's time, UTC. `cause` is the event being applied, if any.
    """

    def __init__(
        self,
        connection: sa.Connection,
        *,
        now: datetime,
        context: Context,
        tools: Any = None,
        cause: Envelope | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.context = context
        self.tools = tools
        self.cause = cause
        self.owes_errands = False
        self.after_commit: list[Callable[[], None]] = []
        self._events: list[Pending] = []
        self._audit: list[dict[str, Any]] = []

    @property
    def caller(self) -> Caller:
        """On whose behalf this is done."""
        return self.context.caller

    def publish(self, event: Event, *, sequence: int | None = None) -> UUID:
        """Publish a fact at commit. Its number is the subject's version if given, else the stream's next."""
        pending = Pending(event, sequence, uuid4(), trace.current(), self.cause)
        self._events.append(pending)
        return pending.id

    def audit(
        self,
        *,
        subject: str,
        sequence: int,
        what: str,
        by: Actor,
        from_status: str | None,
        to_status: str | None,
        why: str = "",
    ) -> None:
        """Note one change in the trail; why may be what a person wrote, so it stays in this database."""
        self._audit.append(
            {
                "subject": subject,
                "sequence": sequence,
                "what": what,
                "by": codec.plain(by),
                "from_status": from_status,
                "to_status": to_status,
                "at": self.now,
                "why": why,
                "trace_id": trace.trace_id(trace.current()),
            }
        )

    def owe(self, payload: Any, *, key: str, not_before: datetime | None = None) -> None:
        """Leave a call to be made after commit; the same key again owes nothing more. `not_before` is domain time."""
        row = {
            "key": key,
            "kind": type(payload).__name__,
            "payload": codec.plain(payload),
            "not_before": not_before,
            "traceparent": trace.current(),
        }
        self.connection.execute(_OWE, row)
        self.owes_errands = True

    def owe_again(self, key: str) -> bool:
        """Have a call that was given up made as if it had just been owed; False where no such call was."""
        given_up = (ERRAND.c.key == key) & ERRAND.c.gave_up_at.is_not(None)
        anew = {"gave_up_at": None, "attempts": 0, "created_at": sa.func.now(), "try_at": sa.func.now()}
        revived = self.connection.execute(ERRAND.update().where(given_up).values(anew)).rowcount > 0
        self.owes_errands = self.owes_errands or revived
        return revived

    def flush(self) -> None:
        """Write what was published and noted; the chassis calls this just before it commits."""
        if self._audit:
            self.connection.execute(_NOTE, self._audit)
            self._audit = []
        if self._events:
            self.connection.execute(_PUBLISH, [self._row(pending) for pending in self._events])
            self.after_commit.append(partial(_tell, self._events))
            self._events = []

    def _row(self, pending: Pending) -> dict[str, Any]:
        event = pending.event
        return {
            "id": pending.id,
            "subject": event.subject,
            "sequence": pending.sequence if pending.sequence is not None else self._next(event.subject),
            "type": event.wire_name,
            "hotel": getattr(event, "hotel", ""),
            "time": self.now,
            "data": codec.plain(event),
            "traceparent": pending.traceparent,
            "correlation_id": self.context.request_id or (pending.cause.correlationid if pending.cause else ""),
            "causation_id": pending.cause.id if pending.cause else "",
        }

    def _next(self, subject: str) -> int:
        return int(self.connection.execute(_NEXT, {"subject": subject, "last": 1}).scalar_one())


def _tell(committed: Sequence[Pending]) -> None:
    """A log line for each fact, once it is one."""
    for pending in committed:
        about = impersonal.facts(pending.event, but=(datetime,))
        trace_id = trace.trace_id(pending.traceparent)
        log.info(log_name(pending.event), fact=type(pending.event).__name__, trace_id=trace_id, **about)
