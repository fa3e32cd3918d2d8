"""The history of a booking: its published events, its audit trail, payment events and notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from chassis import codec
from chassis.database.arrays import one_of_constants
from chassis.transactions.store import SqlStore
from chassis.transactions.tables import AUDIT, OUTBOX, REMARK
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import FeedItem, FieldChange, TimelineItem
from contracts.payments.events import PaymentEvent
from contracts.values import PROVIDER, SYSTEM, Actor
from services.bookings.domain.booking import Booking
from services.bookings.domain.field_changes import field_changes
from services.bookings.domain.room_transfers import room_transfer
from services.bookings.store.tables import AMENDMENT, CHAT_MESSAGE, COMMUNICATION, PAYMENT_FACT

_LAST_SEQUENCE = sa.text("SELECT max(sequence) FROM outbox WHERE subject = :subject AND type = :kind")
_ADD_AMENDMENT = AMENDMENT.insert()
_ADD_PAYMENT_EVENT = insert(PAYMENT_FACT).on_conflict_do_nothing()


class SqlHistory(SqlStore):
    """The history of every booking."""

    def last_sequence(self, booking: Booking, kind: type[BookingEvent]) -> int:
        """The sequence number of the booking's last event of this kind; 0 where there is none."""
        named = {"subject": booking.id, "kind": kind.wire_name}
        return int(self._connection.execute(_LAST_SEQUENCE, named).scalar_one_or_none() or 0)

    def feed(self, booking: Booking, *, after: int, limit: int) -> tuple[FeedItem, ...]:
        """The booking's events after a sequence number, oldest first."""
        rows = self._connection.execute(
            sa.select(OUTBOX.c.id, OUTBOX.c.type, OUTBOX.c.sequence, OUTBOX.c.time, OUTBOX.c.data)
            .where(OUTBOX.c.subject == booking.id, OUTBOX.c.sequence > after)
            .order_by(OUTBOX.c.sequence)
            .limit(limit)
        )
        return tuple(
            FeedItem(id=str(row.id), type=row.type, sequence=row.sequence, time=row.time, data=row.data) for row in rows
        )

    def timeline(self, booking: Booking) -> tuple[TimelineItem, ...]:
        """The booking's timeline, oldest first, in one statement."""
        trail = sa.union_all(_audit(booking), _payment_events(booking), _notices(booking)).subquery()
        rows = self._connection.execute(
            sa.select(trail).order_by(trail.c.at, sa.func.nullif(trail.c.sequence, 0).nulls_last())
        )
        return tuple(_item(row) for row in rows)

    def add_amendment(self, booking: Booking, sequence: int, changes: tuple[FieldChange, ...]) -> None:
        """Store the values before and after an amendment. `sequence` is that of the amendment's event."""
        row = {"hotel": booking.hotel, "booking_id": booking.id, "sequence": sequence, "changes": changes}
        self._connection.execute(_ADD_AMENDMENT, row)

    def add_payment_event(
        self, event_id: str, about: PaymentEvent, *, what: str, at: datetime, why: str, trace_id: str
    ) -> None:
        """Add to the booking's timeline a payment event from which no booking event follows."""
        row = {"event_id": event_id, "hotel": about.hotel, "booking_id": about.booking_id}
        self._connection.execute(_ADD_PAYMENT_EVENT, {**row, "what": what, "at": at, "why": why, "trace_id": trace_id})


def _audit(booking: Booking) -> sa.Select[Any]:
    """The audit trail, with each event's data, what people wrote (remarks, messages), and amended values."""
    message, mail = CHAT_MESSAGE.c, COMMUNICATION.c
    channel = sa.func.concat_ws(" ", mail.medium, sa.func.nullif(mail.recipient, ""))
    written = sa.func.concat_ws(": ", channel, sa.func.nullif(mail.subject, ""), mail.message)
    noted = sa.func.coalesce(REMARK.c.text, AUDIT.c.why)
    why = sa.case((message.id.is_not(None), message.text), (mail.notice_id.is_not(None), written), else_=noted)
    its_message = (message.hotel == booking.hotel) & (message.booking_id == booking.id)
    its_mail = (mail.hotel == booking.hotel) & (mail.booking_id == booking.id)
    its_values = (AMENDMENT.c.hotel == booking.hotel) & (AMENDMENT.c.booking_id == booking.id)
    trail = AUDIT.outerjoin(CHAT_MESSAGE, its_message & (message.id == AUDIT.c.sequence))
    trail = trail.outerjoin(COMMUNICATION, its_mail & (mail.sequence == AUDIT.c.sequence))
    its_remark = (REMARK.c.hotel == AUDIT.c.hotel) & (REMARK.c.subject == AUDIT.c.subject)
    trail = trail.outerjoin(REMARK, its_remark & (REMARK.c.sequence == AUDIT.c.sequence))
    trail = trail.outerjoin(AMENDMENT, its_values & (AMENDMENT.c.sequence == AUDIT.c.sequence))
    trail = trail.outerjoin(OUTBOX, (OUTBOX.c.subject == AUDIT.c.subject) & (OUTBOX.c.sequence == AUDIT.c.sequence))
    return (
        sa.select(
            AUDIT.c.at,
            AUDIT.c.what,
            AUDIT.c.by,
            AUDIT.c.from_status,
            AUDIT.c.to_status,
            why.label("why"),
            AUDIT.c.trace_id,
            AUDIT.c.sequence,
            OUTBOX.c.data,
            AMENDMENT.c.changes,
        )
        .select_from(trail)
        .where(AUDIT.c.hotel == booking.hotel, AUDIT.c.subject == booking.id)
    )


def _payment_events(booking: Booking) -> sa.Select[Any]:
    event = PAYMENT_FACT.c
    return sa.select(
        event.at, event.what, _actor(PROVIDER), *_no_status(), event.why, event.trace_id, *_no_event()
    ).where(event.hotel == booking.hotel, event.booking_id == booking.id)


def _notices(booking: Booking) -> sa.Select[Any]:
    notice = COMMUNICATION.c
    what = sa.func.concat("Notice", sa.case((notice.delivery_status == "SENT", "Sent"), else_="GaveUp"))
    why = sa.func.concat_ws(": ", notice.medium + " " + notice.occasion, notice.failure_reason)
    return sa.select(notice.at, what, _actor(SYSTEM), *_no_status(), why, sa.literal(""), *_no_event()).where(
        notice.hotel == booking.hotel,
        notice.booking_id == booking.id,
        one_of_constants(notice.delivery_status, ("SENT", "FAILED")),
    )


def _actor(actor: Actor) -> sa.ColumnElement[Any]:
    return sa.literal(codec.plain(actor), JSONB)


def _no_status() -> Sequence[sa.ColumnElement[Any]]:
    return sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), sa.Text)


def _no_event() -> Sequence[sa.ColumnElement[Any]]:
    return sa.literal(0), sa.cast(sa.null(), JSONB), sa.cast(sa.null(), AMENDMENT.c.changes.type)


def _item(row: Any) -> TimelineItem:
    values = {name: value for name, value in row._mapping.items() if name != "data"}
    statuses = {"from_status": _status(row.from_status), "to_status": _status(row.to_status)}
    rooms = room_transfer(row.what, row.data)._asdict()
    changes = row.changes or field_changes(row.what, row.data)
    return TimelineItem(**{**values, **statuses, **rooms, "changes": changes, "by": codec.typed(row.by, Actor)})


def _status(name: str | None) -> BookingStatus | None:
    return BookingStatus(name) if name else None
