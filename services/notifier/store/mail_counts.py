"""Mails before payment, counted per recipient: the notices of 24 hours, under the keyed hash of the address."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.transactions.store import SqlStore

COUNTED_FOR = timedelta(hours=24)

# The count may be lost in a crash of the database, so that the commit need not wait for the disk.
HASTE = sa.text("SET LOCAL synchronous_commit TO off")
# A row whose 24 hours are over begins anew. A notice that is sent again, after a failure, counts once.
ADD = sa.text("""
INSERT INTO mail_count AS count (recipient, since, notices, most)
VALUES (:recipient, :now, ARRAY[CAST(:notice AS uuid)], :most)
ON CONFLICT (recipient) DO UPDATE
SET since = CASE WHEN count.since <= :expired THEN :now ELSE count.since END,
    notices = CASE WHEN count.since <= :expired THEN excluded.notices
                   WHEN CAST(:notice AS uuid) = ANY (count.notices) THEN count.notices
                   ELSE count.notices || excluded.notices END,
    most = greatest(excluded.most, cardinality(count.notices))
WHERE count.since <= :expired OR CAST(:notice AS uuid) = ANY (count.notices) OR cardinality(count.notices) < :most
RETURNING recipient
""")
DELETE = sa.text("""
DELETE FROM mail_count WHERE recipient IN (SELECT recipient FROM mail_count WHERE since <= :expired LIMIT 1000)
""")


class SqlMailCounts(SqlStore):
    """The table `mail_count`. The constraint `mail_count_capped` enforces the cap of each row."""

    def add(self, recipient: str, notice_id: str, *, most: int, now: datetime) -> bool:
        """Count this notice; returns False where the recipient got `most` others in the last 24 hours."""
        row = {"recipient": recipient, "notice": notice_id, "most": most, "now": now, "expired": now - COUNTED_FOR}
        self._connection.execute(HASTE)
        return self._connection.execute(ADD, row).first() is not None

    def delete_old(self, now: datetime) -> bool:
        """Delete up to 1,000 rows whose 24 hours are over; returns False where there is no such row."""
        return self._connection.execute(DELETE, {"expired": now - COUNTED_FOR}).rowcount > 0
