"""Reads the pushes, mails and text messages that events caused, with the outcome of each."""

from collections.abc import Iterator

import sqlalchemy as sa

from chassis.observability.examination import select
from chassis.observability.explanation import present
from chassis.observability.trace import trace_id
from contracts.operations import EntryKind, TimelineEntry

_NOTICES = """
    SELECT notice.id::text AS id, medium, occasion, event_id::text AS event_id, status, reason, inbox.applied_at,
           inbox.applied_at + (settled_at - notice.created_at) AS settled_at, notice.created_at, job.attempts,
           job.last_error, job.traceparent, outcome.recorded_at AS outcome_at
    FROM notice LEFT JOIN inbox USING (event_id)
    LEFT JOIN job ON job.key = 'notice/' || notice.id
    LEFT JOIN LATERAL (
        SELECT recorded_at FROM outbox WHERE subject = 'notice/' || notice.id ORDER BY sequence DESC LIMIT 1
    ) AS outcome ON status <> 'PENDING'
    WHERE event_id = ANY(CAST(:ids AS uuid[])) ORDER BY notice.created_at, medium, occasion
"""


def explain_events(connection: sa.Connection, ids: tuple[str, ...]) -> Iterator[TimelineEntry]:
    """A timeline entry for each notice of these events."""
    for row in select(connection, _NOTICES, ids=list(ids)):
        facts = {
            "status": row.status,
            "settled_at": row.outcome_at or row.settled_at,
            "reason": row.reason,
            "tries": row.attempts,
            "last_error": row.last_error,
        }
        yield TimelineEntry(
            at=row.applied_at or row.created_at,
            service="notifier",
            kind=EntryKind(row.medium),
            what=row.occasion,
            id=row.id,
            cause=row.event_id,
            trace_id=trace_id(row.traceparent or ""),
            facts=present(facts),
        )
