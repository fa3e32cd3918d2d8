"""Payments and their refunds."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.values import Money
from services.payments.domain.payment import Payment, PaymentKey, Refund, RefundStatus
from services.payments.domain.reconciliation import EVERY
from services.payments.lifecycle import LIVE, UNFINISHED
from services.payments.store.tables import DIRECTORY, PAYMENT, REFUND

_OF_PAYMENT = tuple(field.name for field in fields(Payment) if field.name not in {"amount", "refunds"})
_OF_REFUND = tuple(field.name for field in fields(Refund) if field.name != "amount")
_LIVE_AS: dict[PaymentPurpose, frozenset[PaymentStatus]] = {
    PaymentPurpose.BOOKING: LIVE,
    PaymentPurpose.EXTENSION: UNFINISHED,
    PaymentPurpose.UNREQUESTED: frozenset(),
}


_NEW = (
    insert(PAYMENT)
    .values(
        {
            name: sa.bindparam(name, type_=PAYMENT.c[name].type)
            for name in (*_OF_PAYMENT, "amount", "currency", "changed_at", "compare_at")
        }
    )
    .on_conflict_do_nothing()
    .returning(*PAYMENT.c["id", "hotel", "session_id", "intent_id"])
    .cte("new")
)
_LISTED = DIRECTORY.insert().from_select(["payment_id", "hotel", "session_id", "intent_id"], sa.select(_NEW))
_INSERT = _LISTED.execution_options(preserve_rowcount=True)  # as SQLAlchemy does by itself for updates only


REFUNDS: sa.Label[Any] = sa.literal_column(
    """(SELECT json_agg(refund ORDER BY position) FROM refund
        WHERE (refund.hotel, refund.payment_id) = (payment.hotel, payment.id))""",
    sa.JSON,
).label("refunds")
_SELECT = sa.select(PAYMENT, REFUNDS)


class SqlPayments(SqlStore):
    """Reads and writes payments. A payment is read with its refunds by one statement."""

    def get(self, key: PaymentKey) -> Payment | None:
        """One payment, or None where the hotel has no such payment."""
        return self._one(*_is(key))

    def lock(self, key: PaymentKey) -> Payment | None:
        """One payment, locked until the end of the transaction, or None where the hotel has no such payment.

        It is read by a statement of its own: a statement that waits for a lock reads other tables as they were before.
        """
        self._connection.execute(lock_of(key))
        return self.get(key)

    def find(self, payment_id: str) -> Payment | None:
        """One payment whose hotel is not known, or None for an unknown id."""
        key = self.find_key(payment_id=payment_id)
        return self.get(key) if key else None

    def find_live(
        self, hotel: str, booking_id: str, purpose: PaymentPurpose = PaymentPurpose.BOOKING
    ) -> Payment | None:
        """The booking's own live payment; with purpose `EXTENSION`, the unfinished payment towards the balance."""
        return self._one(*is_live(hotel, booking_id, purpose))

    def lock_all(self, hotel: str, booking_id: str) -> list[Payment]:
        """The booking's payments, oldest first, each locked until the end of the transaction."""
        locked = (self.lock(key) for key in self._keys(*_of(hotel, booking_id)))
        return [payment for payment in locked if payment]

    def keys_to_converge(self, hotel: str, booking_id: str) -> Sequence[PaymentKey]:
        """The keys, oldest first, of the booking's payments that have not expired, failed or been fully refunded."""
        over = (PaymentStatus.SESSION_EXPIRED, PaymentStatus.FAILED, PaymentStatus.REFUNDED)
        return self._keys(*_of(hotel, booking_id), PAYMENT.c.status.not_in(over))

    def find_key(self, **ids: str | None) -> PaymentKey | None:
        """The key of the payment with this `payment_id`, `session_id` or `intent_id`, or None where no payment has."""
        matches = [DIRECTORY.c[name] == value for name, value in ids.items() if value]
        if not matches:
            return None
        query = sa.select(DIRECTORY.c.hotel, DIRECTORY.c.payment_id).where(sa.or_(*matches)).limit(1)
        row = self._connection.execute(query).first()
        return PaymentKey(*row) if row else None

    def insert(self, payment: Payment) -> bool:
        """Insert a payment; returns False where the booking already has a live payment of the same purpose."""
        times = {"changed_at": payment.created_at, "compare_at": payment.created_at + EVERY}
        return self._connection.execute(_INSERT, _row(payment) | times).rowcount > 0

    def supersede(self, key: PaymentKey) -> None:
        """Mark the payment as superseded: the booking's amount has changed, and the payment's session must close."""
        self._connection.execute(PAYMENT.update().where(*_is(key)).values(superseded=True))

    def save(self, before: Payment, payment: Payment, *, at: datetime, compare_at: datetime) -> None:
        """Update a locked payment and its refunds. `at` is now and `compare_at` is the next comparison, both in UTC."""
        values = _row(payment) | {"changed_at": at, "compare_at": compare_at}
        update = PAYMENT.update().where(*_is(payment.key)).values(values)
        ids = {"session_id": payment.session_id, "intent_id": payment.intent_id}
        if ids != {"session_id": before.session_id, "intent_id": before.intent_id}:
            listed = DIRECTORY.update().where(DIRECTORY.c.payment_id == payment.id).values(ids)
            update = update.add_cte(listed.cte("listed"))
        self._connection.execute(update)
        if payment.refunds:
            rows = [_refund_row(payment, *numbered) for numbered in enumerate(payment.refunds)]
            statement = insert(REFUND).values(rows)
            changes = {name: statement.excluded[name] for name in (*_OF_REFUND, "amount")}
            self._connection.execute(statement.on_conflict_do_update(index_elements=["hotel", "id"], set_=changes))

    def _keys(self, *conditions: sa.ColumnElement[bool]) -> Sequence[PaymentKey]:
        query = sa.select(PAYMENT.c.hotel, PAYMENT.c.id).where(*conditions).order_by(PAYMENT.c.created_at)
        return [PaymentKey(*row) for row in self._connection.execute(query)]

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Payment | None:
        row = self._connection.execute(_SELECT.where(*conditions)).first()
        return payment_of(row._mapping) if row else None


def payment_of(row: sa.RowMapping) -> Payment:
    """The payment in a row that has the columns of `payment`, and its refunds as `REFUNDS`."""
    currency = row[PAYMENT.c.currency]
    return Payment(
        **{name: row[PAYMENT.c[name]] for name in _OF_PAYMENT},
        amount=Money(row[PAYMENT.c.amount], currency),
        refunds=tuple(_refund(each, currency) for each in row["refunds"] or ()),
    )


def _refund(row: dict[str, Any], currency: str) -> Refund:
    own = {name: row[name] for name in _OF_REFUND}
    return Refund(**own | {"status": RefundStatus(row["status"])}, amount=Money(row["amount"], currency))


def lock_of(key: PaymentKey) -> sa.Select[Any]:
    """The query that locks a payment's row."""
    return sa.select(PAYMENT.c.id).where(*_is(key)).with_for_update()


def is_live(hotel: str, booking_id: str, purpose: PaymentPurpose) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the booking's live payment of this purpose."""
    live = PAYMENT.c.status.in_(sorted(_LIVE_AS[purpose]))
    return *_of(hotel, booking_id), PAYMENT.c.purpose == purpose, live


def has_session(hotel: str, booking_id: str, session_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the booking's payment that has this checkout session."""
    return *_of(hotel, booking_id), PAYMENT.c.session_id == session_id


def _is(key: PaymentKey) -> tuple[sa.ColumnElement[bool], ...]:
    return PAYMENT.c.hotel == key.hotel, PAYMENT.c.id == key.id


def _of(hotel: str, booking_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return PAYMENT.c.hotel == hotel, PAYMENT.c.booking_id == booking_id


def _row(payment: Payment) -> dict[str, Any]:
    own = {name: getattr(payment, name) for name in _OF_PAYMENT}
    return own | {"amount": payment.amount.amount, "currency": payment.amount.currency}


def _refund_row(payment: Payment, position: int, refund: Refund) -> dict[str, Any]:
    own = {name: getattr(refund, name) for name in _OF_REFUND}
    return own | {
        "hotel": payment.hotel,
        "payment_id": payment.id,
        "position": position,
        "amount": refund.amount.amount,
    }
