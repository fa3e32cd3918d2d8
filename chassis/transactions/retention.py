"""Retention: deletes old idempotency, job and inbox rows. The outbox is the feed of events and keeps every row."""

import sqlalchemy as sa

from chassis.observability import logs
from chassis.transactions.store import among
from chassis.transactions.tables import IDEMPOTENCY, INBOX, JOB
from chassis.transactions.work import Work

BATCH = 5_000

log = logs.logger(__name__)

# Table, key, condition. A repetition of an event without its inbox row is recognised by its subject's last sequence.
_OLD = (
    (IDEMPOTENCY, IDEMPOTENCY.c.key, IDEMPOTENCY.c.created_at < sa.text("now() - interval '24 hours'")),
    (JOB, JOB.c.position, JOB.c.done_at < sa.text("now() - interval '7 days'")),
    (INBOX, INBOX.c.event_id, INBOX.c.applied_at < sa.text("now() - interval '30 days'")),
)


def delete_old_rows(work: Work) -> bool:
    """Delete one batch of old rows; returns True where there may be more."""
    deleted = 0
    for table, key, old in _OLD:
        batch = sa.select(key).where(old).limit(BATCH)
        deleted = max(deleted, work.connection.execute(sa.delete(table).where(among(key, batch))).rowcount)
    if deleted:
        log.info("old_rows_deleted", most=deleted)
    return deleted >= BATCH
