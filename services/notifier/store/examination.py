"""Checks invariant I16: each push and mail that an event causes has a notice, which is pending or has one result."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from chassis import codec
from chassis.observability.examination import Examination, select
from contracts.catalogue import events
from contracts.message import Envelope
from contracts.operations import Examine, Violation
from services.notifier.domain.notice_mapping import mail_for, push_for
from services.notifier.store.explanation import explain_events

COALESCED = "availability_changed"  # any number of events in a second are one push

_WITHOUT_JOB = """
    SELECT id::text AS id, medium, occasion FROM notice, clock WHERE status = 'PENDING'
    AND created_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :older_than)
    AND NOT EXISTS (
        SELECT FROM job WHERE done_at IS NULL AND gave_up_at IS NULL AND payload ->> 'notice_id' = notice.id::text
    )
"""
_WITHOUT_REASON = "SELECT id::text AS id, medium, occasion FROM notice WHERE status = 'GAVE_UP' AND reason = ''"
_SENT_TWICE = """
    SELECT substr(subject, 8) AS id, count(*) AS times FROM (
        SELECT * FROM outbox ORDER BY position DESC LIMIT :newest
    ) AS newest WHERE type = 'notifier.NoticeSent.v1' GROUP BY subject HAVING count(*) > 1
"""
_APPLIED = """
    SELECT event_id::text AS id FROM inbox WHERE event_id = ANY(CAST(:ids AS uuid[])) AND outcome = 'applied'
"""
_NOTICES = "SELECT id::text AS id FROM notice WHERE id = ANY(CAST(:ids AS uuid[]))"


def notices_are_sent(connection: sa.Connection, ask: Examine) -> Iterator[Violation]:
    """Invariant I16: the events in `ask` have their notices or, without events, each notice has a job or one result."""
    if ask.events:
        yield from _missing_notices(connection, ask.events)
        return
    for row in select(connection, _WITHOUT_JOB, older_than=ask.older_than):
        yield Violation(invariant="I16", subject=row.id, what=f"{row.medium} {row.occasion} is pending without a job")
    for row in select(connection, _WITHOUT_REASON):
        what = f"{row.medium} {row.occasion} was given up without a reason"
        yield Violation(invariant="I16", subject=row.id, what=what)
    for row in select(connection, _SENT_TWICE, newest=ask.newest):
        yield Violation(invariant="I16", subject=row.id, what=f"was sent {row.times} times")


def _missing_notices(connection: sa.Connection, envelopes: Sequence[Envelope]) -> Iterator[Violation]:
    """A violation for each notice that an applied event causes and that is not in the notice table."""
    applied = {row.id for row in select(connection, _APPLIED, ids=[envelope.id for envelope in envelopes])}
    due = {notice: what for each in envelopes if each.id in applied for notice, what in _due_notices(each)}
    stored = {row.id for row in select(connection, _NOTICES, ids=list(due))} if due else set()
    for notice in sorted(due.keys() - stored):
        yield Violation(invariant="I16", subject=notice, what=f"{due[notice]} has no notice")


def _due_notices(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """The id and a description of each notice that the event causes. An event of an unknown type causes no notice."""
    types = events()
    if envelope.type not in types:
        return
    event = codec.typed(envelope.data, types[envelope.type])
    push, mail = push_for(event, envelope, legacy=False), mail_for(event, envelope)
    if push is not None and push.occasion != COALESCED:
        yield push.notice_id, f"push {push.occasion} of {envelope.subject}"
    if mail is not None:
        yield mail.notice_id, f"mail {mail.occasion} of {envelope.subject}"


EXAMINATION = Examination(invariants={"I16": notices_are_sent}, explain_events=explain_events)
