"""Notices in the database: the only SQL of this service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.tables import JOB
from services.notifier.domain import key_of
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


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A notice and what became of it."""

    notice: Notice
    status: NoticeStatus
    reason: str
    created_at: datetime
    settled_at: datetime | None


_ABOUT = tuple(each.name for each in fields(Notice))


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

    def get(self, notice_id: str) -> Kept | None:
        """One of them."""
        return self._one(sa.select(NOTICE).where(NOTICE.c.id == notice_id))

    def lock(self, notice_id: str) -> Kept | None:
        """One of them, held until the end of the transaction."""
        return self._one(sa.select(NOTICE).where(NOTICE.c.id == notice_id).with_for_update())

    def page(self, statuses: Collection[NoticeStatus], *, after: str | None, limit: int) -> list[Kept]:
        """So many that stand so, in the order in which they fell due, after that one."""
        order = (NOTICE.c.created_at, NOTICE.c.sequence, NOTICE.c.id)
        found = sa.select(NOTICE).where(NOTICE.c.status.in_(statuses), NOTICE.c.status != sa.literal_column("'SENT'"))
        if after:
            there = sa.select(*order).where(NOTICE.c.id == after)
            found = found.where(sa.tuple_(*order) > there.scalar_subquery())
        rows = self._connection.execute(found.order_by(*order).limit(limit))
        return [_kept(row) for row in rows.mappings()]

    def reopen(self, notice_id: str, status: NoticeStatus) -> None:
        """As if nothing had become of it yet."""
        values = {"status": status, "settled_at": None, "reason": ""}
        self._connection.execute(sa.update(NOTICE).where(NOTICE.c.id == notice_id).values(values))

    def overtaken(self, notice: Notice) -> bool:
        """Whether a later fact about the same may have been shown already: sent, or at least tried."""
        tried = sa.exists().where(JOB.c.key == sa.func.concat(key_of(""), NOTICE.c.id), JOB.c.attempts > 0)
        later = sa.exists().where(
            NOTICE.c.subject == notice.subject,
            NOTICE.c.medium == notice.medium,
            NOTICE.c.sequence > notice.sequence,
            (NOTICE.c.status == NoticeStatus.SENT) | ((NOTICE.c.status == NoticeStatus.PENDING) & tried),
        )
        return bool(self._connection.execute(sa.select(later)).scalar_one())

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

    def _one(self, choice: sa.Select[Any]) -> Kept | None:
        row = self._connection.execute(choice).mappings().first()
        return _kept(row) if row else None


def _kept(row: sa.RowMapping) -> Kept:
    return Kept(
        notice=Notice(**{name: row[name] for name in _ABOUT}),
        status=NoticeStatus(row["status"]),
        reason=row["reason"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
    )
