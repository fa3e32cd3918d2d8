"""One transaction: reads and writes its service's tables, publishes events, enqueues jobs, writes audit rows."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from chassis import codec
from chassis.observability import logs, redaction, trace
from chassis.transactions import job_queue, records
from chassis.transactions.new_jobs import NewJobs
from chassis.transactions.tables import AUDIT, JOB, OUTBOX, REMARK
from contracts.log_names import log_name
from contracts.message import Envelope, Event
from contracts.values import Actor, Caller, Context

log = logs.logger(__name__)


@dataclass
class PendingEvent:
    """An event that is written to the outbox at commit, with its subject's next number if it has none."""

    event: Event
    sequence: int | None
    id: UUID
    traceparent: str
    cause: Envelope | None


@dataclass(eq=False, repr=False)
class Work:
    """One transaction. A service's subclass adds its stores; only `UnitOfWork` commits.

    `now` is the domain's time, UTC. `cause` is the event that is being applied; None in a request, a job or a timer.
    `due_kinds` are the kinds of the jobs that the transaction has enqueued, that are due at its commit and not leased;
    `new_jobs` has those that are.

    `connect` opens the transaction in the database. Without `has_commit` there is no transaction, and what would be
    written at its commit raises `RuntimeError`.
    """

    connect: Callable[[], sa.Connection]
    _: KW_ONLY
    now: datetime
    context: Context
    dependencies: Any = None
    cause: Envelope | None = None
    new_jobs: NewJobs = field(default_factory=NewJobs)
    has_commit: bool = True
    due_kinds: set[str] = field(default_factory=set, init=False)
    after_commit: list[Callable[[], None]] = field(default_factory=list, init=False)
    _events: list[PendingEvent] = field(default_factory=list, init=False)
    _audit: list[dict[str, Any]] = field(default_factory=list, init=False)
    _remarks: list[dict[str, Any]] = field(default_factory=list, init=False)
    _jobs: list[dict[str, Any]] = field(default_factory=list, init=False)
    _selected: tuple[records.Statement, type[Any], int] | None = field(default=None, init=False)
    _first: records.Statement | None = field(default=None, init=False)
    _late: list[records.Statement] = field(default_factory=list, init=False)
    _began: bool = field(default=False, init=False)
    _alone: Callable[[], AbstractContextManager[sa.Connection]] | None = field(default=None, init=False)

    @cached_property
    def connection(self) -> sa.Connection:
        """The connection of the transaction, which is opened by the first use of this."""
        if self._began:
            raise RuntimeError("the transaction could not be opened")
        self._began = True
        connection = self.connect()
        if self._first:
            records.insert(connection, {}, first=self._first)
            self._first = None
        return connection

    @property
    def is_open(self) -> bool:
        """Whether the transaction is opened in the database."""
        return "connection" in vars(self)

    @property
    def caller(self) -> Caller:
        """The guest, member of staff or process on whose behalf the transaction runs."""
        return self.context.caller

    def publish(self, event: Event, *, sequence: int | None = None) -> UUID:
        """Publish an event at commit; returns the event's id. `sequence` defaults to the subject's next number."""
        self._require_commit()
        pending = PendingEvent(event, sequence, uuid4(), trace.current(), self.cause)
        self._events.append(pending)
        return pending.id

    def audit(
        self,
        *,
        hotel: str,
        subject: str,
        sequence: int,
        what: str,
        by: Actor,
        from_status: str | None,
        to_status: str | None,
        why: str = "",
        remark: str = "",
    ) -> None:
        """Write one audit row at commit, with the id of a member of staff and no name.

        `why` is the service's own words: a code, names of fields, the cause. `remark` is what a person wrote, and is
        stored beside the audit, where it can be erased.
        """
        self._require_commit()
        change = {"hotel": hotel, "subject": subject, "sequence": sequence}
        if remark:
            self._remarks.append({**change, "text": remark})
        self._audit.append(
            {
                **change,
                "what": what,
                "by": {"kind": by.kind, "id": by.id},
                "from_status": from_status,
                "to_status": to_status,
                "at": self.now,
                "why": why,
                "trace_id": trace.trace_id(trace.current()),
            }
        )

    def enqueue(self, payload: Any, *, key: str, not_before: datetime | None = None) -> None:
        """Enqueue a job to run after the commit, unless a job with the key exists. `not_before` is domain time, UTC."""
        self._require_commit()
        self._jobs.append(job_queue.new_row(payload, key=key, not_before=not_before))

    def enqueue_selected(self, statement: str, params: dict[str, Any], *, payload: type[Any], most: int) -> None:
        """Enqueue at commit the jobs of this payload that a store's late statement selects; once in a transaction.

        Its parameters `selected_leases` and `selected_seconds` are given here: it leases so many of the jobs that it
        inserts, at most `most`, for so many seconds.
        """
        self._require_commit()
        if self._selected:
            raise RuntimeError("a transaction selects jobs once")
        self._selected = (statement, params), payload, most

    def enqueued(self, row: dict[str, Any], *, position: int, created_at: datetime, attempts: int) -> None:
        """Note that the row of a job was inserted, with an attempt where it is leased to this process."""
        is_leased = self.new_jobs.inserted(row, position=position, created_at=created_at, attempts=attempts)
        if not is_leased and (row["not_before"] is None or row["not_before"] <= self.now):
            self.due_kinds.add(row["kind"])

    def retry_job(self, key: str) -> bool:
        """Reopen a given-up job; returns False where no given-up job has the key."""
        kind = job_queue.retry(self.connection, key)
        self.due_kinds |= {kind} if kind else set()
        return bool(kind)

    def write_first(self, parts: str, params: dict[str, Any]) -> None:
        """Execute these parts of a statement, which end with a check, before all else that the transaction executes.

        They are executed when the transaction is opened, at the latest when its block has ended with an exception; in a
        transaction that is one statement they are its first parts (see `records.insert`).
        """
        if self.is_open or self._first:
            raise RuntimeError("nothing is executed before what comes first")
        self._first = parts, params

    def check_first(self) -> None:
        """Execute what comes first, unless it was: where its check fails, what the transaction did has no meaning."""
        if self._first and not self._began:
            self.connection  # noqa: B018

    def write_late(self, statement: str, params: dict[str, Any]) -> None:
        """Execute a store's statement at commit, as one with the audit rows and the outbox.

        The statement sees none of their rows, and its text is a constant (see `records.insert`): only `params` differ.
        Late statements are executed in the order of the calls, after every lock that the transaction has taken.
        """
        self._require_commit()
        self._late.append((statement, params))

    def write(self, statement: str, params: dict[str, Any]) -> None:
        """Execute a store's statement at once whose text could be written late."""
        self.connection.execute(records.at_once(statement), params)

    def end(self, *, alone: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        """Flush the transaction, which is to be committed; where it is not open, by a statement that is `alone`."""
        self._alone = alone
        self.flush()

    def flush(self) -> None:
        """Write audit rows, outbox, jobs and late statements in the transaction; `end` calls this."""
        events = [self._row(pending) for pending in self._events]
        rows = {AUDIT.name: self._audit, REMARK.name: self._remarks, OUTBOX.name: events, JOB.name: self._jobs}
        if self._first or self._late or self._selected or any(rows.values()):
            self._write(rows)
        if self._events:
            self.after_commit.append(partial(_log_events, self._events))
        self._audit, self._remarks, self._events, self._jobs, self._late = [], [], [], [], []
        self._first, self._selected = None, None

    def _require_commit(self) -> None:
        if not self.has_commit:
            raise RuntimeError("nothing is written at a commit where there is no transaction")

    def _write(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.new_jobs.lease(self._jobs, now=self.now)
        selected = self._selection()
        with self._alone() if self._alone and not self.is_open else nullcontext(self.connection) as connection:
            enqueued = records.insert(connection, rows, first=self._first, late=self._late, selected=selected)
        by_key = {row["key"]: row for row in reversed(self._jobs)}  # of two with one key, the first is inserted
        for job in enqueued:
            row = dict(job._mapping, order_key="") if job.payload is not None else by_key[job.key]
            self.enqueued(row, position=job.position, created_at=job.created_at, attempts=job.attempts)

    def _selection(self) -> records.Statement | None:
        if not self._selected:
            return None
        (statement, params), payload, most = self._selected
        leases = self.new_jobs.lease_selected(payload.__name__, most)
        return statement, {**params, "selected_leases": leases, "selected_seconds": job_queue.LEASE.total_seconds()}

    def _row(self, pending: PendingEvent) -> dict[str, Any]:
        event = pending.event
        return {
            "id": pending.id,
            "subject": event.subject,
            "sequence": pending.sequence,
            "type": event.wire_name,
            "hotel": getattr(event, "hotel", ""),
            "time": self.now,
            "data": codec.plain(event),
            "traceparent": pending.traceparent,
            "correlation_id": self.context.request_id or (pending.cause.correlationid if pending.cause else ""),
            "causation_id": pending.cause.id if pending.cause else "",
        }


def _log_events(committed: Sequence[PendingEvent]) -> None:
    for pending in committed:
        fields = redaction.public_fields(pending.event, leave_out=(datetime,))
        trace_id = trace.trace_id(pending.traceparent)
        log.info(log_name(pending.event), fact=type(pending.event).__name__, trace_id=trace_id, **fields)
