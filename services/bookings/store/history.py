"""What has happened to a booking: its feed as published, its trail as noted, and what others said of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from chassis import codec
from chassis.tables import AUDIT, OUTBOX
from contracts.bookings import BookingStatus, FeedItem, TimelineItem
from contracts.values import PROVIDER, SYSTEM, Actor
from services.bookings.store.tables import COMMUNICATION, PAYMENT_FACT


class History:
    """The past of every booking."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def feed(self, booking_id: str, *, after: int, limit: int) -> tuple[FeedItem, ...]:
        """The booking's facts after that number, oldest first."""
        rows = self._connection.execute(
            sa.select(OUTBOX.c.id, OUTBOX.c.type, OUTBOX.c.sequence, OUTBOX.c.time, OUTBOX.c.data)
            .where(OUTBOX.c.subject == booking_id, OUTBOX.c.sequence > after)
            .order_by(OUTBOX.c.sequence)
            .limit(limit)
        )
        return tuple(
            FeedItem(id=str(row.id), type=row.type, sequence=row.sequence, time=row.time, data=row.data) for row in rows
        )

    def timeline(self, booking_id: str) -> tuple[TimelineItem, ...]:
        """Everything noted about the booking, oldest first, in one statement."""
        trail = sa.union_all(_audit(booking_id), _payment_facts(booking_id), _notices(booking_id)).subquery()
        rows = self._connection.execute(
            sa.select(trail).order_by(trail.c.at, sa.func.nullif(trail.c.sequence, 0).nulls_last())
        )
        return tuple(_item(row) for row in rows)

    def note_payment(self, event_id: str, booking_id: str, *, what: str, at: datetime, why: str, trace_id: str) -> None:
        """Payments said something that is no fact of the booking's own."""
        row = {"event_id": event_id, "booking_id": booking_id, "what": what, "at": at, "why": why, "trace_id": trace_id}
        self._connection.execute(insert(PAYMENT_FACT).values(**row).on_conflict_do_nothing())

    def note_notice(
        self, notice_id: str, booking_id: str, *, occasion: str, medium: str, at: datetime, failure: str | None
    ) -> None:
        """A push or mail has gone out, or has been given up."""
        fate = {"delivery_status": "FAILED" if failure else "SENT", "failure_reason": failure, "at": at}
        row = {"notice_id": notice_id, "booking_id": booking_id, "occasion": occasion, "medium": medium, **fate}
        self._connection.execute(
            insert(COMMUNICATION).values(**row).on_conflict_do_update(index_elements=["notice_id"], set_=fate)
        )


def _audit(booking_id: str) -> sa.Select[Any]:
    return sa.select(
        AUDIT.c.at,
        AUDIT.c.what,
        AUDIT.c.by,
        AUDIT.c.from_status,
        AUDIT.c.to_status,
        AUDIT.c.why,
        AUDIT.c.trace_id,
        AUDIT.c.sequence,
    ).where(AUDIT.c.subject == booking_id)


def _payment_facts(booking_id: str) -> sa.Select[Any]:
    fact = PAYMENT_FACT.c
    return sa.select(fact.at, fact.what, _actor(PROVIDER), *_unmoved(), fact.why, fact.trace_id, sa.literal(0)).where(
        fact.booking_id == booking_id
    )


def _notices(booking_id: str) -> sa.Select[Any]:
    notice = COMMUNICATION.c
    what = sa.func.concat("Notice", sa.case((notice.delivery_status == "SENT", "Sent"), else_="GaveUp"))
    why = sa.func.concat_ws(": ", notice.medium + " " + notice.occasion, notice.failure_reason)
    return sa.select(notice.at, what, _actor(SYSTEM), *_unmoved(), why, sa.literal(""), sa.literal(0)).where(
        notice.booking_id == booking_id
    )


def _actor(actor: Actor) -> sa.ColumnElement[Any]:
    return sa.literal(codec.plain(actor), JSONB)


def _unmoved() -> Sequence[sa.ColumnElement[Any]]:
    return sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), sa.Text)


def _item(row: Any) -> TimelineItem:
    return TimelineItem(
        at=row.at,
        what=row.what,
        by=codec.typed(row.by, Actor),
        from_status=_status(row.from_status),
        to_status=_status(row.to_status),
        why=row.why,
        trace_id=row.trace_id,
        sequence=row.sequence,
    )


def _status(name: str | None) -> BookingStatus | None:
    return BookingStatus(name) if name else None
