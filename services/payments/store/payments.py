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
from services.payments.domain.payment import Payment, Refund
from services.payments.domain.reconciliation import EVERY
from services.payments.lifecycle import LIVE, UNFINISHED
from services.payments.store.tables import PAYMENT, REFUND

_OF_PAYMENT = tuple(field.name for field in fields(Payment) if field.name not in {"amount", "refunds"})
_OF_REFUND = tuple(field.name for field in fields(Refund) if field.name != "amount")
_LIVE_AS = {PaymentPurpose.BOOKING: LIVE, PaymentPurpose.EXTENSION: UNFINISHED}


class SqlPayments(SqlStore):
    """Reads and writes payments. A payment is read with two statements: one for its row, one for its refunds."""

    def get(self, payment_id: str) -> Payment | None:
        """One payment, or None for an unknown id."""
        return self._one(PAYMENT.c.id == payment_id)

    def lock(self, payment_id: str) -> Payment | None:
        """One payment, locked until the end of the transaction, or None for an unknown id."""
        return self._one(PAYMENT.c.id == payment_id, lock=True)

    def find_live(self, booking_id: str, purpose: PaymentPurpose = PaymentPurpose.BOOKING) -> Payment | None:
        """The booking's own live payment; with purpose `EXTENSION`, the unfinished payment towards the balance."""
        live = PAYMENT.c.status.in_(sorted(_LIVE_AS[purpose]))
        return self._one(PAYMENT.c.booking_id == booking_id, PAYMENT.c.purpose == purpose, live)

    def find_by_session(self, booking_id: str, session_id: str) -> Payment | None:
        """The booking's payment that has this checkout session, or None where there is no such payment."""
        return self._one(PAYMENT.c.booking_id == booking_id, PAYMENT.c.session_id == session_id)

    def lock_all(self, booking_id: str) -> list[Payment]:
        """The booking's payments, oldest first, each locked until the end of the transaction."""
        locked = (self.lock(payment_id) for payment_id in self._ids(PAYMENT.c.booking_id == booking_id))
        return [payment for payment in locked if payment]

    def ids_to_converge(self, booking_id: str) -> Sequence[str]:
        """The ids, oldest first, of the booking's payments that have not expired, failed or been fully refunded."""
        over = (PaymentStatus.SESSION_EXPIRED, PaymentStatus.FAILED, PaymentStatus.REFUNDED)
        return self._ids(PAYMENT.c.booking_id == booking_id, PAYMENT.c.status.not_in(over))

    def find_id(
        self, payment_id: str | None, *, session_id: str | None = None, intent_id: str | None = None
    ) -> str | None:
        """The id of a payment that has `payment_id`, `session_id` or `intent_id`, or None where no payment has any."""
        ids = ((PAYMENT.c.id, payment_id), (PAYMENT.c.session_id, session_id), (PAYMENT.c.intent_id, intent_id))
        matches = [column == value for column, value in ids if value]
        if not matches:
            return None
        return self._connection.execute(sa.select(PAYMENT.c.id).where(sa.or_(*matches)).limit(1)).scalar()

    def insert(self, payment: Payment) -> bool:
        """Insert a payment; returns False where the booking already has a live payment of the same purpose."""
        times = {"changed_at": payment.created_at, "compare_at": payment.created_at + EVERY}
        statement = insert(PAYMENT).values(**_row(payment), **times).on_conflict_do_nothing().returning(PAYMENT.c.id)
        return self._connection.execute(statement).first() is not None

    def supersede(self, payment_id: str) -> None:
        """Mark the payment as superseded: the booking's amount has changed, and the payment's session must close."""
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment_id).values(superseded=True))

    def save(self, payment: Payment, *, at: datetime, compare_at: datetime) -> None:
        """Update a locked payment and its refunds. `at` is now and `compare_at` is the next comparison, both in UTC."""
        values = _row(payment) | {"changed_at": at, "compare_at": compare_at}
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment.id).values(values))
        if payment.refunds:
            rows = [_refund_row(payment, *numbered) for numbered in enumerate(payment.refunds)]
            statement = insert(REFUND).values(rows)
            changes = {name: statement.excluded[name] for name in (*_OF_REFUND, "amount")}
            self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))

    def _ids(self, *conditions: sa.ColumnElement[bool]) -> Sequence[str]:
        query = sa.select(PAYMENT.c.id).where(*conditions).order_by(PAYMENT.c.created_at)
        return self._connection.execute(query).scalars().all()

    def _one(self, *conditions: sa.ColumnElement[bool], lock: bool = False) -> Payment | None:
        query = sa.select(PAYMENT).where(*conditions)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().first()
        if row is None:
            return None
        refunds = sa.select(REFUND).where(REFUND.c.payment_id == row["id"]).order_by(REFUND.c.position)
        currency = row["currency"]
        return Payment(
            **{name: row[name] for name in _OF_PAYMENT},
            amount=Money(row["amount"], currency),
            refunds=tuple(
                Refund(**{name: refund[name] for name in _OF_REFUND}, amount=Money(refund["amount"], currency))
                for refund in self._connection.execute(refunds).mappings()
            ),
        )


def _row(payment: Payment) -> dict[str, Any]:
    own = {name: getattr(payment, name) for name in _OF_PAYMENT}
    return own | {"amount": payment.amount.amount, "currency": payment.amount.currency}


def _refund_row(payment: Payment, position: int, refund: Refund) -> dict[str, Any]:
    own = {name: getattr(refund, name) for name in _OF_REFUND}
    return own | {"payment_id": payment.id, "position": position, "amount": refund.amount.amount}
