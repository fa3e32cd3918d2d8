"""Answers operators' queries of one service, with the checks that all services share and with the service's own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.refusal import Refusal
from contracts.catalogue import OWNERS
from contracts.operations import (
    Evidence,
    Examine,
    ExplainBooking,
    Explanation,
    ReadEvidence,
    TimelineEntry,
    Violation,
    Violations,
)

Check = Callable[[sa.Connection, Examine], Iterable[Violation]]

NEWEST_SUBJECTS = """
    SELECT DISTINCT subject FROM (SELECT subject FROM {table} ORDER BY position DESC LIMIT :newest) AS newest
"""
_GAPS = """
    SELECT subject, count(*) AS rows, max(sequence) AS last FROM {table} WHERE subject = ANY (ARRAY({subjects}))
    GROUP BY subject HAVING count(*) <> max(sequence) OR min(sequence) <> 1
"""
_UNPUBLISHED = """
    SELECT id, subject, type FROM outbox
    WHERE published_at IS NULL AND recorded_at <= clock_timestamp() - make_interval(secs => :older_than)
    ORDER BY position LIMIT :newest
"""
_PAGE = """
    SELECT * FROM ({statement}) AS evidence WHERE CAST(:after AS text) IS NULL OR key > :after ORDER BY key LIMIT :limit
"""

# Each statement selects a text `key` that is unique among the rows; a page begins after the last key of the one before.
# `:owners` are all services: with them, positions are found by their primary key.
EVIDENCE: Mapping[str, str] = {
    # Whether anything is on its way, and how many events or audit rows there are.
    "state": """
        SELECT 'state' AS key, EXISTS (SELECT FROM outbox WHERE published_at IS NULL) OR EXISTS (
            SELECT FROM job, clock WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at <= clock_timestamp()
            AND (not_before IS NULL OR not_before <= clock_timestamp() + make_interval(secs => ahead_seconds))
        ) AS busy, greatest((SELECT max(position) FROM outbox), (SELECT max(position) FROM audit), 0) AS length
    """,
    # Those of the subjects `:keys` that changed in the last `older_than` seconds.
    "changed_lately": """
        SELECT DISTINCT subject AS key FROM outbox WHERE subject = ANY(:keys)
        AND recorded_at > clock_timestamp() - make_interval(secs => :older_than)
    """,
    # Inbox rows are deleted after a month; what is older is judged by the subject's last sequence alone.
    "published_events": """
        SELECT to_char(position, 'FM0000000000000000000') AS key, position, id, subject, sequence, type FROM (
            SELECT * FROM outbox ORDER BY position DESC LIMIT :newest
        ) AS newest WHERE published_at <= clock_timestamp() - make_interval(secs => :older_than)
        AND recorded_at > clock_timestamp() - interval '29 days'
    """,
    "published_envelopes": """
        SELECT to_char(position, 'FM0000000000000000000') AS key, id, subject, sequence, type, hotel, time, data FROM (
            SELECT * FROM outbox WHERE published_at IS NOT NULL ORDER BY position DESC LIMIT :newest
        ) AS newest
    """,
    "last_sequences": "SELECT subject AS key, max(sequence) AS last FROM outbox WHERE subject = ANY(:keys) GROUP BY 1",
    "inbox_positions": """
        SELECT source || ' ' || subject AS key, source, subject, last FROM inbox_position
        WHERE source = ANY(:owners) AND subject = ANY(:keys)
    """,
    # A partition whose holder's row has expired is free, whether or not another process has taken note.
    "inbox_partitions": """
        SELECT to_char(number, 'FM000') AS key, number, CASE WHEN is_held THEN holder END AS holder, at AS since,
               CAST(extract(epoch FROM clock_timestamp() - at) AS float) AS seconds, progress,
               CAST(extract(epoch FROM clock_timestamp() + make_interval(secs => ahead_seconds)
                   - CAST(progress ->> 'oldest' AS timestamptz)) AS float) AS oldest
        FROM clock, inbox_partition LEFT JOIN inbox_process USING (holder), LATERAL (
            SELECT coalesce(expires_at >= clock_timestamp(), false) AS is_held,
                   CASE WHEN expires_at < clock_timestamp() THEN expires_at ELSE inbox_partition.since END AS at
        ) AS lease
    """,
    "inbox_events": "SELECT event_id::text AS key FROM inbox WHERE event_id = ANY(CAST(:keys AS uuid[]))",
}


@dataclass(frozen=True, kw_only=True)
class Examination:
    """The invariants, evidence and explanations that one service adds to the operators' queries.

    `invariants` maps an invariant's name to its check. `evidence` maps a name to a SELECT with a unique text column
    `key` and the parameters `:keys`, `:newest` and `:older_than`. `explain_booking` reads all that the service
    knows of a booking. `explain_events` reads the timeline entries that the events with the given ids caused.
    """

    invariants: Mapping[str, Check] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    explain_booking: Callable[[sa.Connection, ExplainBooking], Explanation] = lambda _, __: Explanation()
    explain_events: Callable[[sa.Connection, tuple[str, ...]], Iterable[TimelineEntry]] = lambda _, __: ()


def examine(service: str, examination: Examination, connection: sa.Connection, ask: Examine) -> Violations:
    """Check one invariant. Raises `Refusal` `UNKNOWN_CHECK` for a name that the service does not know."""
    checks = [each[ask.invariant] for each in (common(service), examination.invariants) if ask.invariant in each]
    if not checks:
        raise Refusal("UNKNOWN_CHECK", f"{service} does not judge {ask.invariant}.")
    return Violations(violations=tuple(violation for check in checks for violation in check(connection, ask)))


def read_evidence(service: str, examination: Examination, connection: sa.Connection, ask: ReadEvidence) -> Evidence:
    """Read one page of evidence rows. Raises `Refusal` `UNKNOWN_CHECK` for a name that the service does not know."""
    statement = {**EVIDENCE, **examination.evidence}.get(ask.name)
    if statement is None:
        raise Refusal("UNKNOWN_CHECK", f"{service} has no {ask.name}.")
    params = {name: getattr(ask, name) for name in ("newest", "older_than", "after", "limit")}
    page = select(connection, _PAGE.format(statement=statement), keys=list(ask.keys), owners=list(OWNERS), **params)
    rows = tuple(codec.plain(dict(row._mapping)) for row in page)
    return Evidence(rows=rows, next=rows[-1]["key"] if len(rows) == ask.limit else None)


def select(connection: sa.Connection, statement: str, **params: Any) -> list[sa.Row[Any]]:
    """The rows of a statement. Parameters that the statement does not use are ignored."""
    text = sa.text(statement)
    names = text.compile().params.keys()
    return list(connection.execute(text, {name: params[name] for name in names}))


def common(service: str) -> Mapping[str, Check]:
    """Checks of invariants, the same for every service."""

    def without_gaps(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
        """Each subject's audit rows and events are numbered 1, 2, 3 … without a gap."""
        for table in ("audit", "outbox"):
            statement = _GAPS.format(table=table, subjects=NEWEST_SUBJECTS.format(table=table))
            for row in select(connection, statement, newest=ask.newest):
                what = f"{row.rows} rows in the {table} of {service}, the last has number {row.last}"
                yield Violation(invariant="I3", subject=row.subject, what=what)

    def published(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
        """Each event was confirmed by the broker."""
        for row in select(connection, _UNPUBLISHED, newest=ask.newest, older_than=ask.older_than):
            yield Violation(invariant="I5", subject=row.subject, what=f"{row.type} {row.id} is not published")

    return {"I3": without_gaps, "I5": published}
