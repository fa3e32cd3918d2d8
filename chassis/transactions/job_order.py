"""Ordered jobs: those of one order key are leased in the order of enqueueing; those of different keys side by side.

The property `order_key` of a payload makes its kind ordered. A claim locks the order keys whose first open job is due,
each until the claim's transaction ends, and passes over a key that another transaction has locked. The lease is a later
statement, which sees what the holder before committed.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

# A claim considers only so many of the kind's oldest open jobs, so that its cost has a bound.
LOOKAHEAD = 1_000

_OLDEST = """
    WITH oldest AS (
        SELECT position, order_key, try_at <= now() AND (not_before IS NULL OR not_before <= :now) AS due
        FROM job WHERE kind = :kind AND done_at IS NULL AND gave_up_at IS NULL ORDER BY position LIMIT :lookahead
    )
"""
_LOCK_DUE = sa.text(f"""{_OLDEST}, head AS MATERIALIZED (
        SELECT order_key FROM (SELECT DISTINCT ON (order_key) * FROM oldest ORDER BY order_key, position) AS first
        WHERE due ORDER BY position
    )
    SELECT order_key FROM head WHERE pg_try_advisory_xact_lock(hashtext(:kind), hashtext(order_key)) LIMIT :batch
""")  # noqa: S608
_LEASE = sa.text(f"""{_OLDEST}, locked AS (
        SELECT position, bool_and(due) OVER (PARTITION BY order_key ORDER BY position) AS all_due
        FROM oldest WHERE order_key = ANY(:keys)
    )
    UPDATE job SET try_at = now() + :lease, attempts = attempts + 1
    WHERE done_at IS NULL AND gave_up_at IS NULL
    AND position = ANY (ARRAY(SELECT position FROM locked WHERE all_due ORDER BY position LIMIT :batch))
    RETURNING *
""")  # noqa: S608
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext(:kind), hashtext(:key))")


def order_key_of(payload: Any) -> str:
    """The order key of a job with this payload; empty where the kind is not ordered."""
    return str(getattr(payload, "order_key", ""))


def lock_order_key(connection: sa.Connection, payload: type[Any], key: str) -> None:
    """Keep every worker from claiming jobs of this kind and order key until the transaction ends."""
    connection.execute(_LOCK, {"kind": payload.__name__, "key": key})


def lease_in_order(connection: sa.Connection, params: dict[str, Any]) -> Sequence[sa.Row[Any]]:
    """Lease the oldest due jobs that no earlier open job of their order key precedes; returns their rows."""
    params = {**params, "lookahead": LOOKAHEAD}
    keys = list(connection.execute(_LOCK_DUE, params).scalars())
    return connection.execute(_LEASE, {**params, "keys": keys}).all() if keys else []
