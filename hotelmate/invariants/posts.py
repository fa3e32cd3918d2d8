"""I16: each fact that is to be pushed or mailed has its notice, sent once or on its way."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chassis import codec
from contracts.catalogue import events
from contracts.message import Envelope, Event
from hotelmate.invariants.books import Books, Finding
from services.notifier.domain.notice_mapping import mail_for, push_for

CHUNK = 2_000
COALESCED = "availability_changed"  # any number of facts in a second are one push

_FORGOTTEN = """
    SELECT id::text AS id, medium, occasion FROM notice, clock WHERE status = 'PENDING'
    AND created_at <= clock_timestamp() + make_interval(secs => ahead_seconds - :seconds)
    AND NOT EXISTS (
        SELECT FROM errand WHERE done_at IS NULL AND gave_up_at IS NULL AND payload ->> 'notice_id' = notice.id::text
    )
"""
_UNEXPLAINED = "SELECT id::text AS id, medium, occasion FROM notice WHERE status = 'GAVE_UP' AND reason = ''"
_TWICE = """
    SELECT substr(subject, 8) AS id, count(*) AS times FROM (
        SELECT * FROM outbox ORDER BY position DESC LIMIT :newest
    ) AS told WHERE type = 'notifier.NoticeSent.v1' GROUP BY subject HAVING count(*) > 1
"""
_TOLD = """
    SELECT id, subject, sequence, type, hotel, time, data FROM outbox
    WHERE published_at IS NOT NULL ORDER BY position DESC LIMIT :newest
"""
_HEARD = "SELECT event_id FROM inbox WHERE event_id = ANY(:ids) AND outcome = 'applied'"
_NOTICES = "SELECT id::text AS id FROM notice WHERE id = ANY(CAST(:ids AS uuid[]))"


def everyone_was_notified(books: Books) -> Iterator[Finding]:
    """I16: each push and mail that a fact makes due was sent, is on its way, or was given up for a reason."""
    if "notifier" not in books.connections:
        return
    for row in books.rows("notifier", _FORGOTTEN, seconds=books.unrest.total_seconds()):
        yield Finding(invariant="I16", subject=row.id, what=f"{row.medium} {row.occasion} is pending, nobody sends it")
    for row in books.rows("notifier", _UNEXPLAINED):
        yield Finding(
            invariant="I16", subject=row.id, what=f"{row.medium} {row.occasion} was given up without a reason"
        )
    for row in books.rows("notifier", _TWICE, newest=books.newest):
        yield Finding(invariant="I16", subject=row.id, what=f"was sent {row.times} times")
    kinds = events()
    for owner in books.connections:
        told = [row for row in books.rows(owner, _TOLD, newest=books.newest) if row.type in kinds]
        for start in range(0, len(told), CHUNK):
            yield from _unwritten(books, owner, told[start : start + CHUNK], kinds)


def _unwritten(books: Books, owner: str, told: Sequence[Any], kinds: Mapping[str, type[Event]]) -> Iterator[Finding]:
    heard = {row.event_id for row in books.rows("notifier", _HEARD, ids=[row.id for row in told])}
    due = {notice: what for row in told if row.id in heard for notice, what in _due(owner, row, kinds[row.type])}
    written = {row.id for row in books.rows("notifier", _NOTICES, ids=list(due))} if due else set()
    for notice in sorted(due.keys() - written):
        yield Finding(invariant="I16", subject=notice, what=f"{due[notice]} was never written down")


def _due(owner: str, row: Any, kind: type[Event]) -> Iterator[tuple[str, str]]:
    event = codec.typed(row.data, kind)
    envelope = Envelope(
        id=str(row.id),
        source=owner,
        type=row.type,
        subject=row.subject,
        time=row.time,
        sequence=row.sequence,
        hotel=row.hotel,
        data=row.data,
        dataschema="",
    )
    push, mail = push_for(event, envelope, legacy=False), mail_for(event, envelope)
    if push is not None and push.occasion != COALESCED:
        yield push.notice_id, f"push {push.occasion} of {row.subject}"
    if mail is not None:
        yield mail.notice_id, f"mail {mail.occasion} of {row.subject}"
