"""One key, one effect: the answer to a keyed command is stored in the same transaction as what it did."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.refusal import Refusal
from chassis.tables import IDEMPOTENCY

CLAIM = timedelta(seconds=60)
KEPT = timedelta(hours=24)


def claim(connection: sa.Connection, key: str, fingerprint: str) -> Any | None:
    """Take the key, or give the answer already stored for it.

    Refused `IDEMPOTENCY_KEY_REUSED` (other body) and `IDEMPOTENCY_IN_PROGRESS` (still running). A claim whose
    transaction is still open elsewhere makes this wait for it, so at most one runs.
    """
    now = sa.func.now()
    fresh = insert(IDEMPOTENCY).values(key=key, fingerprint=fingerprint, claimed_until=now + CLAIM)
    lapsed = IDEMPOTENCY.c.answer.is_(None) & (IDEMPOTENCY.c.claimed_until < now)
    stale = IDEMPOTENCY.c.created_at < now - KEPT
    taken = connection.execute(
        fresh.on_conflict_do_update(
            index_elements=["key"],
            set_={"fingerprint": fingerprint, "claimed_until": now + CLAIM, "created_at": now, "answer": None},
            where=lapsed | stale,
        ).returning(IDEMPOTENCY.c.key)
    ).first()
    if taken:
        return None
    row = connection.execute(sa.select(IDEMPOTENCY).where(IDEMPOTENCY.c.key == key)).one()
    if row.fingerprint != fingerprint:
        raise Refusal("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another request.")
    if row.answer is None:
        raise Refusal("IDEMPOTENCY_IN_PROGRESS", "A request with this Idempotency-Key is still running.")
    return row.answer


def store(connection: sa.Connection, key: str, answer: Any) -> None:
    """Keep the answer; committed with the effect."""
    connection.execute(IDEMPOTENCY.update().where(IDEMPOTENCY.c.key == key).values(answer=answer))


def forget(connection: sa.Connection, key: str) -> None:
    """Give the key back: what it claimed was refused or failed, and may be tried again."""
    connection.execute(IDEMPOTENCY.delete().where(IDEMPOTENCY.c.key == key, IDEMPOTENCY.c.answer.is_(None)))
