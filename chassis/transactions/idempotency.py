"""One effect per Idempotency-Key: a command's reply and effect are stored in one transaction."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.refusal import Refusal
from chassis.transactions.tables import IDEMPOTENCY

CLAIM = timedelta(seconds=60)
RETENTION = timedelta(hours=24)


def claim(connection: sa.Connection, key: str, fingerprint: str) -> Any | None:
    """Claim the key and return None, or return the reply that is stored for the key.

    Raises `Refusal` `IDEMPOTENCY_KEY_REUSED` for a key that came with another request, and `IDEMPOTENCY_IN_PROGRESS`
    while the first request is running. A claim waits until an open transaction with the same key ends.
    """
    now = sa.func.now()
    fresh = insert(IDEMPOTENCY).values(key=key, fingerprint=fingerprint, claimed_until=now + CLAIM)
    lapsed = IDEMPOTENCY.c.answer.is_(None) & (IDEMPOTENCY.c.claimed_until < now)
    stale = IDEMPOTENCY.c.created_at < now - RETENTION
    claimed = connection.execute(
        fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={"fingerprint": fingerprint, "claimed_until": now + CLAIM, "created_at": now, "answer": None},
            where=lapsed | stale,
        ).returning(IDEMPOTENCY.c.key)
    ).first()
    if claimed:
        return None
    row = connection.execute(sa.select(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key)).one()
    if row.fingerprint != fingerprint:
        raise Refusal("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another request.")
    if row.answer is None:
        raise Refusal("IDEMPOTENCY_IN_PROGRESS", "A request with this Idempotency-Key is still running.")
    return row.answer


def store(connection: sa.Connection, key: str, reply: Any) -> None:
    """Store the reply under a claimed key, in the transaction of the command's effect."""
    connection.execute(IDEMPOTENCY.update().where(IDEMPOTENCY.c.key == key).values(answer=reply))


def release(connection: sa.Connection, key: str) -> None:
    """Release a claimed key whose request was refused or failed, so that the request may be sent again."""
    connection.execute(IDEMPOTENCY.delete().where(IDEMPOTENCY.c.key == key, IDEMPOTENCY.c.answer.is_(None)))
