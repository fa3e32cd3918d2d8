"""What a mailbox may forget, and when. The outbox is the feed, and is kept."""

import sqlalchemy as sa

from chassis import logs
from chassis.tables import ERRAND, IDEMPOTENCY, INBOX
from chassis.work import Work

BATCH = 5_000

log = logs.logger(__name__)

# Table, key, what is old. An event older than its inbox row is still known by its subject's last number.
_OLD = (
    (IDEMPOTENCY, IDEMPOTENCY.c.key, IDEMPOTENCY.c.created_at < sa.text("now() - interval '24 hours'")),
    (ERRAND, ERRAND.c.position, ERRAND.c.done_at < sa.text("now() - interval '7 days'")),
    (INBOX, INBOX.c.event_id, INBOX.c.applied_at < sa.text("now() - interval '30 days'")),
)


def forget_old(work: Work) -> bool:
    """Delete one batch of what is old; True where there may be more."""
    forgotten = 0
    for table, key, old in _OLD:
        batch = sa.select(key).where(old).limit(BATCH).scalar_subquery()
        forgotten = max(forgotten, work.connection.execute(sa.delete(table).where(key.in_(batch))).rowcount)
    if forgotten:
        log.info("old_rows_forgotten", most=forgotten)
    return forgotten >= BATCH
