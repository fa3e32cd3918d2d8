"""Ordered jobs: those of one order key are leased in the order of enqueueing; those of different keys side by side.

The property `order_key` of a payload makes its kind ordered. A claim is one statement: it locks the first open job of
each order key whose first open job is due, and leases due jobs of these keys. It passes over a key whose first job
another claim has locked, or whose first job has changed since the statement began, because the statement does not see
what followed that change.

Transactions that enqueue jobs of one key must follow each other, as those that apply the events of a subject do.
"""

import sqlalchemy as sa

# A claim considers only so many of the kind's oldest open jobs, so that its cost has a bound.
LOOKAHEAD = 1_000

# Whoever changes a job changes `try_at`, or ends the job. The locked row is compared as it is now.
LEASE = sa.text("""
    WITH oldest AS MATERIALIZED (
        SELECT position, order_key, try_at, try_at <= now() AND (not_before IS NULL OR not_before <= :now) AS due
        FROM job WHERE kind = :kind AND done_at IS NULL AND gave_up_at IS NULL ORDER BY position LIMIT :lookahead
    ), opening AS (
        SELECT DISTINCT ON (order_key) position, order_key, try_at, due FROM oldest ORDER BY order_key, position
    ), locked AS MATERIALIZED (
        SELECT opening.order_key FROM job JOIN opening ON opening.position = job.position
        WHERE opening.due AND job.kind = :kind AND job.done_at IS NULL AND job.gave_up_at IS NULL
            AND job.try_at = opening.try_at
        ORDER BY opening.position LIMIT :batch FOR UPDATE OF job SKIP LOCKED
    ), following AS (
        SELECT position, bool_and(due) OVER (PARTITION BY order_key ORDER BY position) AS all_due
        FROM oldest WHERE order_key = ANY (ARRAY(SELECT order_key FROM locked))
    )
    UPDATE job SET try_at = now() + :lease, attempts = attempts + 1
    WHERE done_at IS NULL AND gave_up_at IS NULL
    AND position = ANY (ARRAY(SELECT position FROM following WHERE all_due ORDER BY position LIMIT :batch))
    RETURNING *
""")
_LOCK = sa.text("LOCK TABLE job IN SHARE ROW EXCLUSIVE MODE")
# While the lock waits, all who enqueue, claim or end jobs wait behind it.
_WAIT_BRIEFLY = sa.text("SET LOCAL lock_timeout = '300ms'")


def order_key_of(payload: object) -> str:
    """The order key of a job with this payload; empty where the kind is not ordered."""
    return str(getattr(payload, "order_key", ""))


def lock_jobs(connection: sa.Connection) -> None:
    """Keep every transaction from enqueueing, claiming and ending jobs until this one ends, which must be soon.

    This comes before all other locks. Whoever claims or enqueues afterwards sees what this transaction has committed.
    Where the table is not free within 300 ms, the transaction fails as one that the database did not answer.
    """
    connection.execute(_WAIT_BRIEFLY)
    connection.execute(_LOCK)
