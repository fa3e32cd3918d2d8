"""Notices in the database: the only SQL of this service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.notifier.lifecycle import NoticeStatus

NOTICE = sa.Table(
    "notice",
    sa.MetaData(),
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("medium", sa.Text),
    sa.Column("occasion", sa.Text),
    sa.Column("hotel", sa.Text),
    sa.Column("booking_id", sa.Text),
    sa.Column("event_id", sa.Uuid(as_uuid=False)),
    sa.Column("subject", sa.Text),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("status", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", sa.DateTime(timezone=True)),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One push or mail: what it is about and which fact made it due. `booking_id` may be empty."""

    id: str
    medium: str
    occasion: str
    hotel: str
    booking_id: str
    event_id: str
    subject: str
    sequence: int


class SqlNotices:
    """All notices that were ever due, and what became of them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, notices: Sequence[Notice], *, now: datetime) -> None:
        """Pending from now on; one that is there already stays as it is."""
        if notices:
            rows = [{**vars(notice), "status": NoticeStatus.PENDING, "created_at": now} for notice in notices]
            self._connection.execute(insert(NOTICE).values(rows).on_conflict_do_nothing(index_elements=["id"]))

    def settle(self, ids: Collection[str], status: NoticeStatus, *, now: datetime, reason: str = "") -> None:
        """What became of those that are pending."""
        self._connection.execute(
            sa.update(NOTICE)
            .where(NOTICE.c.id.in_(ids), NOTICE.c.status == NoticeStatus.PENDING)
            .values(status=status, settled_at=now, reason=reason)
        )

    def sent_among(self, ids: Collection[str]) -> set[str]:
        """Those of these that have been sent."""
        chosen = sa.select(NOTICE.c.id).where(NOTICE.c.id.in_(ids), NOTICE.c.status == NoticeStatus.SENT)
        return set(self._connection.execute(chosen).scalars())

    def newest(self, subjects: Collection[str], *, up_to: int) -> dict[str, int]:
        """The highest sequence, not above `up_to`, of the notices about each of these subjects."""
        chosen = (
            sa.select(NOTICE.c.subject, sa.func.max(NOTICE.c.sequence))
            .where(NOTICE.c.subject.in_(subjects), NOTICE.c.sequence <= up_to)
            .group_by(NOTICE.c.subject)
        )
        return {row[0]: row[1] for row in self._connection.execute(chosen)}
