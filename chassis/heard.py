"""Which events a service has heard: its inbox rows, and the number at which each subject stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis.refusal import TooEarly
from contracts.message import Envelope


class Uneven(Exception):
    """Some subject does not stand just before the first of its events: a repetition or a gap."""


# One statement for the usual case: every subject stands just before the first of its events in this batch.
_ADVANCE = sa.text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[]), CAST(:firsts AS int[]),
                             CAST(:lasts AS int[])) AS given (source, subject, first, last)
    ), moved AS (
        UPDATE heard SET last = given.last FROM given
        WHERE heard.source = given.source AND heard.subject = given.subject AND heard.last = given.first - 1
        RETURNING 1
    ), begun AS (
        INSERT INTO heard (source, subject, last) SELECT source, subject, last FROM given WHERE first = 1
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM begun)
""")
_LAST = sa.text("""
    SELECT source, subject, last FROM heard
    WHERE (source, subject) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[])))
    ORDER BY source, subject FOR UPDATE
""")
_MOVE_ON = sa.text("""
    INSERT INTO heard (source, subject, last)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS text[]), CAST(:lasts AS int[]))
    ON CONFLICT (source, subject) DO UPDATE SET last = greatest(heard.last, excluded.last)
""")
_CLAIM = sa.text("""
    INSERT INTO inbox (event_id, source, subject, sequence, type, outcome)
    SELECT *, CAST(:outcome AS text) FROM unnest(CAST(:ids AS uuid[]), CAST(:sources AS text[]),
        CAST(:subjects AS text[]), CAST(:sequences AS int[]), CAST(:types AS text[]))
    ON CONFLICT DO NOTHING
""")


@dataclass
class Run:
    """The numbers of one subject in a batch, without a gap; `first` 0 where there is one."""

    source: str
    subject: str
    first: int
    last: int


def _runs(envelopes: Sequence[Envelope]) -> list[Run]:
    runs: dict[tuple[str, str], Run] = {}
    for envelope in envelopes:
        run = runs.get((envelope.source, envelope.subject))
        if run is None:
            run = Run(envelope.source, envelope.subject, envelope.sequence, envelope.sequence)
            runs[envelope.source, envelope.subject] = run
        elif envelope.sequence == run.last + 1:
            run.last = envelope.sequence
        else:
            run.first = 0
    return [runs[key] for key in sorted(runs)]


def advance(connection: sa.Connection, envelopes: Sequence[Envelope]) -> None:
    """Move every subject on by its events in this batch. Raises `Uneven`: roll back, and sift."""
    runs = _runs(envelopes)
    told = {**_keys(runs), "firsts": [run.first for run in runs], "lasts": [run.last for run in runs]}
    if any(run.first == 0 for run in runs) or connection.execute(_ADVANCE, told).scalar_one() != len(runs):
        raise Uneven


def sift(connection: sa.Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Those not heard before, their subjects moved on; raises `TooEarly` at a gap."""
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
        _move_on(connection, fresh)
    return fresh


def _move_on(connection: sa.Connection, envelopes: Sequence[Envelope]) -> None:
    reached = {(envelope.source, envelope.subject): envelope for envelope in envelopes}
    ordered = [reached[key] for key in sorted(reached)]
    connection.execute(_MOVE_ON, {**_keys(ordered), "lasts": [envelope.sequence for envelope in ordered]})


def claim(connection: sa.Connection, envelopes: Sequence[Envelope], *, outcome: str = "applied") -> None:
    """Insert the inbox rows, before any handler runs; raises where one is there already."""
    if envelopes and _claimed(connection, envelopes, outcome) != len(envelopes):
        raise RuntimeError("an event that was applied before came under a number that was not")


def _claimed(connection: sa.Connection, envelopes: Sequence[Envelope], outcome: str) -> int:
    told = {
        **_keys(envelopes),
        "ids": [envelope.id for envelope in envelopes],
        "sequences": [envelope.sequence for envelope in envelopes],
        "types": [envelope.type for envelope in envelopes],
        "outcome": outcome,
    }
    return connection.execute(_CLAIM, told).rowcount


def _keys(things: Sequence[Run] | Sequence[Envelope]) -> dict[str, list[str]]:
    return {"sources": [thing.source for thing in things], "subjects": [thing.subject for thing in things]}


def skip(connection: sa.Connection, envelope: Envelope, *, outcome: str = "dropped") -> None:
    """Hear this event without applying it: what follows of its subject may be applied."""
    _claimed(connection, [envelope], outcome)
    _move_on(connection, [envelope])
