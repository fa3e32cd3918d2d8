"""The inbox: the events that were applied, and the last applied sequence of each subject."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.refusal import TooEarly
from contracts.message import Envelope


class SequenceMismatch(Exception):
    """A subject's events in the batch have a gap, or do not directly follow the subject's last applied event."""


# One statement for the usual case: the first event of every subject follows the last one applied.
_ADVANCE = sa.text("""
    WITH given AS (
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
    )
    SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM begun)
""")
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
_INSERT = sa.text("""
    INSERT INTO inbox (event_id, source, subject, sequence, type, outcome)
    SELECT *, CAST(:outcome AS text) FROM unnest(CAST(:ids AS uuid[]), CAST(:sources AS text[]),
        CAST(:subjects AS text[]), CAST(:sequences AS int[]), CAST(:types AS text[]))
    ON CONFLICT DO NOTHING
""")


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


def advance(connection: sa.Connection, envelopes: Sequence[Envelope]) -> None:
    """Advance every subject past its events in this batch. After a `SequenceMismatch` the caller must roll back."""
    ranges = _ranges(envelopes)
    params = {**_keys(ranges), "firsts": [span.first for span in ranges], "lasts": [span.last for span in ranges]}
    if any(span.first == 0 for span in ranges) or connection.execute(_ADVANCE, params).scalar_one() != len(ranges):
        raise SequenceMismatch


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
        raise RuntimeError("an event that was applied earlier came again under another sequence")


def skip(connection: sa.Connection, envelope: Envelope, *, outcome: str = "dropped") -> None:
    """Count this event as applied without applying it, so that the subject's next event may be applied."""
    _insert(connection, [envelope], outcome)
    _set_last(connection, [envelope])


def last_applied(connection: sa.Connection, envelope: Envelope) -> int:
    """The sequence of the subject's last applied event; 0 before the first one."""
    row = connection.execute(_LAST, _keys([envelope])).one_or_none()
    return row.last if row else 0


def _insert(connection: sa.Connection, envelopes: Sequence[Envelope], outcome: str) -> int:
    params = {
        **_keys(envelopes),
        "ids": [envelope.id for envelope in envelopes],
        "sequences": [envelope.sequence for envelope in envelopes],
        "types": [envelope.type for envelope in envelopes],
        "outcome": outcome,
    }
    return connection.execute(_INSERT, params).rowcount


def _keys(items: Sequence[SequenceRange] | Sequence[Envelope]) -> dict[str, list[str]]:
    return {"sources": [item.source for item in items], "subjects": [item.subject for item in items]}
