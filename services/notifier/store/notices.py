"""The notice table: reads notices, and reopens those that were given up."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from chassis.database.arrays import one_of
from chassis.transactions.store import SqlStore
from chassis.transactions.tables import JOB
from services.notifier.domain.jobs import NoticeJob, job_key
from services.notifier.domain.notices import Notice, StoredNotice
from services.notifier.lifecycle import NoticeStatus

NOTICE = sa.Table(
    "notice",
    sa.MetaData(),
    sa.Column("id", sa.Uuid(as_uuid=False), key="notice_id", primary_key=True),
    sa.Column("medium", sa.Text),
    sa.Column("occasion", sa.Text),
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("booking_id", sa.Text),
    sa.Column("event_id", sa.Uuid(as_uuid=False)),
    sa.Column("subject", sa.Text),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("status", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True)),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
)
_NOTICES = sa.select(*(column.label(column.key) for column in NOTICE.c))
# Ids are unique across hotels.
_NAMED = "hotel = ANY(CAST(:hotels AS text[])) AND id = ANY(CAST(:ids AS uuid[]))"
_SENT = sa.text(f"SELECT CAST(id AS text) FROM notice WHERE {_NAMED} AND status = 'SENT'")  # noqa: S608
_OUTDATED = sa.text(f"""
SELECT CAST(id AS text) FROM notice WHERE {_NAMED} AND EXISTS (
    SELECT FROM notice AS later
    WHERE later.subject = notice.subject AND later.sequence > notice.sequence AND later.sequence <= :up_to
)
""")  # noqa: S608


class SqlNotices(SqlStore):
    """Reads notices, and reopens those that were given up."""

    def get(self, notice_id: str) -> StoredNotice | None:
        """The notice, or None for an unknown id."""
        return self._one(_NOTICES.where(NOTICE.c.notice_id == notice_id))

    def lock(self, notice_id: str) -> StoredNotice | None:
        """The notice with its row locked until the end of the transaction, or None for an unknown id."""
        return self._one(_NOTICES.where(NOTICE.c.notice_id == notice_id).with_for_update())

    def page(self, statuses: Collection[NoticeStatus], *, after: str | None, limit: int) -> list[StoredNotice]:
        """Up to `limit` unsent notices with these statuses, oldest first, after the notice with id `after`."""
        order = (NOTICE.c.created_at, NOTICE.c.sequence, NOTICE.c.notice_id)
        query = _NOTICES.where(one_of(NOTICE.c.status, statuses), NOTICE.c.status != sa.literal_column("'SENT'"))
        if after:
            cursor = sa.select(*order).where(NOTICE.c.notice_id == after)
            query = query.where(sa.tuple_(*order) > cursor.scalar_subquery())
        rows = self._connection.execute(query.order_by(*order).limit(limit))
        return [_stored(row) for row in rows.mappings()]

    def reopen(self, notice: Notice, status: NoticeStatus) -> None:
        """Set the status of a settled notice, and clear the reason and the time of its settlement."""
        values = {"status": status, "settled_at": None, "reason": ""}
        self._connection.execute(sa.update(NOTICE).where(_is(notice)).values(values))

    def overtaken(self, notice: Notice) -> bool:
        """Whether a later notice with the same subject and medium was sent, or an attempt was made to send it."""
        attempted = sa.exists().where(JOB.c.key == sa.func.concat(job_key(""), NOTICE.c.notice_id), JOB.c.attempts > 0)
        later = sa.exists().where(
            NOTICE.c.subject == notice.subject,
            NOTICE.c.medium == notice.medium,
            NOTICE.c.sequence > notice.sequence,
            (NOTICE.c.status == NoticeStatus.SENT) | ((NOTICE.c.status == NoticeStatus.PENDING) & attempted),
        )
        return bool(self._connection.execute(sa.select(later)).scalar_one())

    def sent_among(self, jobs: Collection[NoticeJob]) -> set[str]:
        """The ids of those of the jobs' notices that are `SENT`."""
        return set(self._connection.execute(_SENT, _ids_of(jobs)).scalars())

    def outdated_among(self, jobs: Collection[NoticeJob], *, up_to: int) -> set[str]:
        """The ids of those of the jobs' notices whose subject has a notice with a later sequence, up to `up_to`."""
        return set(self._connection.execute(_OUTDATED, {**_ids_of(jobs), "up_to": up_to}).scalars())

    def _one(self, query: sa.Select[Any]) -> StoredNotice | None:
        row = self._connection.execute(query).mappings().first()
        return _stored(row) if row else None


def _ids_of(jobs: Collection[NoticeJob]) -> dict[str, list[str]]:
    return {"hotels": sorted({job.hotel for job in jobs}), "ids": [job.notice_id for job in jobs]}


def _is(notice: Notice) -> sa.ColumnElement[bool]:
    return (NOTICE.c.hotel == notice.hotel) & (NOTICE.c.notice_id == notice.notice_id)


def _stored(row: sa.RowMapping) -> StoredNotice:
    return StoredNotice(**{**row, "status": NoticeStatus(row["status"])})
