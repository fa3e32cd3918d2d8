"""Writes what a transaction records beside its change - audit rows, remarks and events - in one statement."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from chassis import codec

_AUDIT = """
INSERT INTO audit (hotel, subject, sequence, what, by, from_status, to_status, at, why, trace_id)
SELECT * FROM jsonb_to_recordset(CAST(:audit AS jsonb)) AS change (
    hotel text, subject text, sequence integer, what text, by jsonb, from_status text, to_status text, at timestamptz,
    why text, trace_id text
)"""
_REMARKS = """
INSERT INTO remark (hotel, subject, sequence, text)
SELECT * FROM jsonb_to_recordset(CAST(:remarks AS jsonb)) AS remark (
    hotel text, subject text, sequence integer, text text
)"""
_EVENTS = """
INSERT INTO outbox (id, subject, sequence, type, hotel, time, data, traceparent, correlation_id, causation_id)
SELECT * FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS event (
    id uuid, subject text, sequence integer, type text, hotel text, time timestamptz, data jsonb, traceparent text,
    correlation_id text, causation_id text
)"""
_INSERTS = {"audit": _AUDIT, "remarks": _REMARKS, "events": _EVENTS}

Rows = Sequence[dict[str, Any]]
Params = dict[str, Any]
WriteLate = Callable[[str, Params], None]


def write(
    connection: sa.Connection,
    *,
    audit: Rows = (),
    remarks: Rows = (),
    events: Rows = (),
    others: Sequence[tuple[str, Params]] = (),
) -> None:
    """Insert the rows, in the order given. Without rows nothing is sent; without events the relay is not woken.

    `others` are changes of other rows, each a statement of constant text with parameters of its own names.
    """
    rows = {"audit": audit, "remarks": remarks, "events": events}
    params: Params = {name: codec.encode(given).decode() for name, given in rows.items() if given}
    statements = (*(statement for statement, _ in others), *(_INSERTS[name] for name in params))
    for _, own in others:
        params |= own
    if statements:
        connection.execute(_as_one(statements), params)


@cache
def _as_one(statements: tuple[str, ...]) -> sa.TextClause:
    *before, last = statements
    with_before = ", ".join(f"written_{number} AS ({insert})" for number, insert in enumerate(before))
    return sa.text(f"WITH {with_before} {last}" if before else last)
