"""The outbox as the relay reads it: unpublished rows, and their envelopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from contracts.message import Envelope


@dataclass(frozen=True)
class OutboxRow:
    """An event that the broker has not confirmed yet."""

    position: int
    id: UUID
    subject: str
    sequence: int
    type: str
    hotel: str
    time: datetime
    data: dict[str, Any]
    traceparent: str
    correlation_id: str
    causation_id: str
    waits: bool


# `position > last` would skip a transaction that commits late. The partial index keeps this query short.
_UNPUBLISHED = """
    SELECT position, id, subject, sequence, type, hotel, time, data, traceparent, correlation_id, causation_id,
           coalesce(next_try_at > now(), false) AS waits
    FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT %s
"""


async def read(cursor: psycopg.AsyncCursor[OutboxRow], limit: int) -> list[OutboxRow]:
    """Up to `limit` unpublished rows, oldest first."""
    await cursor.execute(_UNPUBLISHED, (limit,))
    return await cursor.fetchall()


def publishable(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The rows that may be published now. A row that has to wait holds back only the later rows of its subject."""
    waiting: set[str] = set()
    ready = []
    for row in rows:
        if row.waits or row.subject in waiting:
            waiting.add(row.subject)
        else:
            ready.append(row)
    return ready


def envelope(source: str, row: OutboxRow) -> Envelope:
    """The envelope of a row's event."""
    return Envelope(
        id=str(row.id),
        source=source,
        type=row.type,
        subject=row.subject,
        time=row.time,
        sequence=row.sequence,
        hotel=row.hotel,
        data=row.data,
        dataschema=f"urn:hotelmate:schema:{row.type}",
        traceparent=row.traceparent,
        correlationid=row.correlation_id,
        causationid=row.causation_id,
    )
