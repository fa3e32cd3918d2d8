"""Mails before payment, counted per recipient: the notices of 24 hours, under the keyed hash of the address."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.transactions.store import SqlStore

COUNTED_FOR = timedelta(hours=24)

# The count may be lost in a crash of the database, so that the commit need not wait for the disk.
# A row whose 24 hours are over begins anew. A notice that is sent again, after a failure, counts once.
ADD = sa.text("""
WITH haste AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO mail_count AS count (recipient, since, notices, most)
SELECT recipient, :now, ARRAY[notice], :most
FROM haste, unnest(CAST(:recipients AS text[]), CAST(:notices AS uuid[])) AS mail (recipient, notice) ORDER BY recipient
ON CONFLICT (recipient) DO UPDATE
SET since = CASE WHEN count.since <= :expired THEN :now ELSE count.since END,
    notices = CASE WHEN count.since <= :expired THEN excluded.notices
                   WHEN excluded.notices <@ count.notices THEN count.notices
                   ELSE count.notices || excluded.notices END,
    most = greatest(excluded.most, cardinality(count.notices))
WHERE count.since <= :expired OR excluded.notices <@ count.notices OR cardinality(count.notices) < :most
RETURNING recipient
""")
DELETE = sa.text("""
DELETE FROM mail_count
WHERE recipient = ANY (ARRAY(SELECT recipient FROM mail_count WHERE since <= :expired LIMIT 1000))
""")


class SqlMailCounts(SqlStore):
    """The table `mail_count`. The constraint `mail_count_capped` enforces the cap of each row."""

    def add(self, recipients: Mapping[str, str], *, most: int, now: datetime) -> set[str]:
        """Count these notices, whose recipients are by notice id; returns the ids of those that may be sent.

        The others' recipients got `most` notices in the last 24 hours. The rows are locked in the recipients' order.
        Each statement may be a transaction of its own: a notice that is counted again counts once.
        """
        times = {"now": now, "expired": now - COUNTED_FOR}
        permitted: set[str] = set()
        for notice_of in _rounds(recipients):
            rows = {"recipients": list(notice_of), "notices": list(notice_of.values()), "most": most}
            permitted.update(notice_of[each] for each in self._connection.execute(ADD, {**rows, **times}).scalars())
        return permitted

    def delete_old(self, now: datetime) -> bool:
        """Delete up to 1,000 rows whose 24 hours are over; returns False where there is no such row."""
        return self._connection.execute(DELETE, {"expired": now - COUNTED_FOR}).rowcount > 0


def _rounds(recipients: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The notices by recipient, in as many rounds as one recipient has notices: a statement changes a row once."""
    left = list(recipients.items())
    while left:
        notice_of: dict[str, str] = {}
        for notice_id, recipient in left:
            notice_of.setdefault(recipient, notice_id)
        yield notice_of
        left = [(notice_id, recipient) for notice_id, recipient in left if notice_of[recipient] != notice_id]
