"""The inbox: the events that were applied, and the last applied sequence of each subject."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.refusal import TooEarly
from chassis.transactions.checks import check, failed
from chassis.transactions.work import Work
from contracts.message import Envelope


class SequenceMismatch(Exception):
    """A subject's events in the batch have a gap, or do not directly follow the subject's last applied event."""


_EVENTS = """unnest(CAST(:ids AS uuid[]), CAST(:event_sources AS text[]), CAST(:event_subjects AS text[]),
        CAST(:sequences AS int[]), CAST(:types AS text[]))"""
_MISMATCH, _AGAIN = "sequence mismatch", "event came again"
_FAILURES = {
    "(SELECT count(*) FROM moved) + (SELECT count(*) FROM begun) <> (SELECT count(*) FROM given)": _MISMATCH,
    "(SELECT count(*) FROM inserted) <> cardinality(CAST(:ids AS uuid[]))": _AGAIN,
}
# For the usual case: the first event of every subject follows the last one applied. The positions are locked before the
# events are inserted, because the check counts in this order.
_ADVANCE = f"""
    given AS (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[]), CAST(:firsts AS int[]),
                             CAST(:lasts AS int[])) AS given (source, subject, first, last)
    ), moved AS (
        UPDATE inbox_position SET last = given.last FROM given
        WHERE (inbox_position.source, inbox_position.subject, inbox_position.last)
            = (given.source, given.subject, given.first - 1)
        RETURNING 1
    ), begun AS (
        INSERT INTO inbox_position (source, subject, last) SELECT source, subject, last FROM given WHERE first = 1
        ON CONFLICT DO NOTHING RETURNING 1
    ), inserted AS (
        INSERT INTO inbox (event_id, source, subject, sequence, type) SELECT * FROM {_EVENTS}
        ON CONFLICT DO NOTHING RETURNING 1
    ), {check(_FAILURES)}
"""  # noqa: S608
_LAST = sa.text("""
    SELECT source, subject, last FROM inbox_position
    WHERE (source, subject) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[])))
    ORDER BY source, subject FOR UPDATE
""")
_SET_LAST = sa.text("""
    INSERT INTO inbox_position (source, subject, last)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[]), CAST(:lasts AS int[]))
    ON CONFLICT (source, subject) DO UPDATE SET last = greatest(inbox_position.last, excluded.last)
""")
_INSERT = sa.text(f"""
    INSERT INTO inbox (event_id, source, subject, sequence, type, outcome)
    SELECT *, CAST(:outcome AS text) FROM {_EVENTS}
    ON CONFLICT DO NOTHING
""")  # noqa: S608


@dataclass
class SequenceRange:
    """The sequences of one subject in a batch, from `first` to `last`. `first` is 0 where the sequences have a gap."""

    source: str
    subject: str
    first: int
    last: int


def _ranges(envelopes: Sequence[Envelope]) -> list[SequenceRange]:
    ranges: dict[tuple[str, str], SequenceRange] = {}
    for envelope in envelopes:
        span = ranges.get((envelope.source, envelope.subject))
        if span is None:
            span = SequenceRange(envelope.source, envelope.subject, envelope.sequence, envelope.sequence)
            ranges[envelope.source, envelope.subject] = span
        elif envelope.sequence == span.last + 1:
            span.last = envelope.sequence
        else:
            span.first = 0
    return [ranges[key] for key in sorted(ranges)]


def advance(work: Work, envelopes: Sequence[Envelope], handled: Sequence[Envelope]) -> None:
    """Advance every subject past its events in this batch, and insert the inbox rows of those that are handled.

    This comes before all else that the transaction executes, at the latest with it: what it raises, `checked` raises.
    """
    ranges = _ranges(envelopes)
    if any(span.first == 0 for span in ranges):
        raise SequenceMismatch
    numbers = {"firsts": [span.first for span in ranges], "lasts": [span.last for span in ranges]}
    work.write_first(_ADVANCE, {**_keys(ranges), **numbers, **_rows(handled)})


@contextmanager
def checked() -> Iterator[None]:
    """A block with a transaction that advances. Raises `RuntimeError` where a handled event already has a row.

    Raises `SequenceMismatch` where the subjects do not follow; the transaction is rolled back.
    """
    try:
        yield
    except sa.exc.DataError as problem:
        if failed(problem, _MISMATCH):
            raise SequenceMismatch from problem
        if failed(problem, _AGAIN):
            raise _came_again() from problem
        raise


def advance_past_repeats(connection: sa.Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Advance the subjects and return the events that were not applied before. Raises `TooEarly` at a gap."""
    rows = connection.execute(_LAST, _keys(envelopes))
    last = {(row.source, row.subject): row.last for row in rows}
    fresh = []
    for envelope in envelopes:
        key = (envelope.source, envelope.subject)
        before = last.get(key, 0)
        if envelope.sequence <= before:
            continue
        if envelope.sequence > before + 1:
            raise TooEarly(f"{envelope.subject} is at {before}, not {envelope.sequence - 1}")
        last[key] = envelope.sequence
        fresh.append(envelope)
    if fresh:
        _set_last(connection, fresh)
    return fresh


def _set_last(connection: sa.Connection, envelopes: Sequence[Envelope]) -> None:
    reached = {(envelope.source, envelope.subject): envelope for envelope in envelopes}
    ordered = [reached[key] for key in sorted(reached)]
    connection.execute(_SET_LAST, {**_keys(ordered), "lasts": [envelope.sequence for envelope in ordered]})


def insert(connection: sa.Connection, envelopes: Sequence[Envelope], *, outcome: str = "applied") -> None:
    """Insert the inbox rows, before any handler runs. Raises `RuntimeError` where an event already has a row."""
    if envelopes and _insert(connection, envelopes, outcome) != len(envelopes):
        raise _came_again()


def skip(connection: sa.Connection, envelope: Envelope, *, outcome: str = "dropped") -> None:
    """Count this event as applied without applying it, so that the subject's next event may be applied."""
    _insert(connection, [envelope], outcome)
    _set_last(connection, [envelope])


def last_applied(connection: sa.Connection, envelope: Envelope) -> int:
    """The sequence of the subject's last applied event; 0 before the first one."""
    row = connection.execute(_LAST, _keys([envelope])).one_or_none()
    return row.last if row else 0


def _insert(connection: sa.Connection, envelopes: Sequence[Envelope], outcome: str) -> int:
    return connection.execute(_INSERT, {**_rows(envelopes), "outcome": outcome}).rowcount


def _rows(envelopes: Sequence[Envelope]) -> dict[str, list[Any]]:
    return {
        "ids": [envelope.id for envelope in envelopes],
        "event_sources": [envelope.source for envelope in envelopes],
        "event_subjects": [envelope.subject for envelope in envelopes],
        "sequences": [envelope.sequence for envelope in envelopes],
        "types": [envelope.type for envelope in envelopes],
    }


def _came_again() -> RuntimeError:
    return RuntimeError("an event that was applied earlier came again under another sequence")


def _keys(items: Sequence[SequenceRange] | Sequence[Envelope]) -> dict[str, list[str]]:
    return {"sources": [item.source for item in items], "subjects": [item.subject for item in items]}
