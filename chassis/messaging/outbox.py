"""The outbox as the relay reads it: unpublished rows, each with its event's envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import kwargs_row

from contracts.message import Envelope


@dataclass(frozen=True)
class OutboxRow:
    """An event that the broker has not confirmed yet. `waits` is True until the row's next attempt is due."""

    position: int
    waits: bool
    event: Envelope


# `position > last` would skip a transaction that commits late. The partial index keeps this query short.
_UNPUBLISHED = """
    SELECT position, coalesce(next_try_at > now(), false) AS waits, id::text, %(source)s::text AS source, type, subject,
           time, sequence, hotel, data, 'urn:hotelmate:schema:' || type AS dataschema, traceparent,
           correlation_id AS correlationid, causation_id AS causationid
    FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT %(limit)s
"""


async def read(connection: psycopg.AsyncConnection[Any], source: str, limit: int) -> list[OutboxRow]:
    """Up to `limit` unpublished rows, oldest first; `source` is the service that owns the outbox."""
    cursor = connection.cursor(row_factory=kwargs_row(_row))
    await cursor.execute(_UNPUBLISHED, {"source": source, "limit": limit})
    return await cursor.fetchall()


def publishable(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The rows that may be published now. A row that has to wait holds back only the later rows of its subject."""
    waiting: set[str] = set()
    ready = []
    for row in rows:
        if row.waits or row.event.subject in waiting:
            waiting.add(row.event.subject)
        else:
            ready.append(row)
    return ready


def _row(*, position: int, waits: bool, **event: Any) -> OutboxRow:
    return OutboxRow(position, waits, Envelope(**event))
