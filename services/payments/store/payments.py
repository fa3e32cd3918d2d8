"""Payments and their refunds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.values import Money
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.domain.reconciliation import EVERY
from services.payments.lifecycle import LIVE, UNFINISHED
from services.payments.store.tables import PAYMENT, REFUND

_PLAIN = (
    "id", "booking_id", "hotel", "version", "captured", "refunded", "superseded", "session_id", "session_url",
    "intent_id", "hold_expires_at", "created_at", "authorized_at", "capture_before", "captured_at", "disputed_at",
)  # fmt: skip
_LIVE_AS = {PaymentPurpose.BOOKING: LIVE, PaymentPurpose.EXTENSION: UNFINISHED}


class SqlPayments:
    """Reads and writes payments. Reading one takes two statements: its row and its refunds."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, payment_id: str) -> Payment | None:
        """One payment, or None for an unknown id."""
        return self._one(sa.select(PAYMENT).where(PAYMENT.c.id == payment_id))

    def lock(self, payment_id: str) -> Payment | None:
        """One payment, locked until the end of the transaction, or None for an unknown id."""
        return self._one(sa.select(PAYMENT).where(PAYMENT.c.id == payment_id).with_for_update())

    def find_live(self, booking_id: str, purpose: PaymentPurpose = PaymentPurpose.BOOKING) -> Payment | None:
        """The booking's own live payment; with purpose `EXTENSION`, the unfinished payment towards the balance."""
        live = PAYMENT.c.status.in_(sorted(_LIVE_AS[purpose]))
        return self._one(
            sa.select(PAYMENT).where(PAYMENT.c.booking_id == booking_id, PAYMENT.c.purpose == purpose, live)
        )

    def lock_all(self, booking_id: str) -> list[Payment]:
        """The booking's payments, oldest first, each locked until the end of the transaction."""
        ids = sa.select(PAYMENT.c.id).where(PAYMENT.c.booking_id == booking_id).order_by(PAYMENT.c.created_at)
        locked = (self.lock(payment_id) for payment_id in self._connection.execute(ids).scalars().all())
        return [payment for payment in locked if payment]

    def find_by_session(self, booking_id: str, session_id: str) -> Payment | None:
        """The booking's payment that has this checkout session, or None where there is none."""
        ours = (PAYMENT.c.booking_id == booking_id) & (PAYMENT.c.session_id == session_id)
        return self._one(sa.select(PAYMENT).where(ours))

    def ids_to_converge(self, booking_id: str) -> Sequence[str]:
        """The ids of the payments to converge after a new desired state: those that are not over, oldest first."""
        over = (PaymentStatus.SESSION_EXPIRED, PaymentStatus.FAILED, PaymentStatus.REFUNDED)
        ours = (PAYMENT.c.booking_id == booking_id) & PAYMENT.c.status.not_in(over)
        return (
            self._connection.execute(sa.select(PAYMENT.c.id).where(ours).order_by(PAYMENT.c.created_at)).scalars().all()
        )

    def find_id(self, *, payment_id: str | None, session_id: str | None, intent_id: str | None) -> str | None:
        """The id of the payment that matches one of these ids, or None where no payment does."""
        ids = ((PAYMENT.c.id, payment_id), (PAYMENT.c.session_id, session_id), (PAYMENT.c.intent_id, intent_id))
        matches = [column == value for column, value in ids if value]
        if not matches:
            return None
        return self._connection.execute(sa.select(PAYMENT.c.id).where(sa.or_(*matches)).limit(1)).scalar()

    def insert(self, payment: Payment) -> bool:
        """Insert a payment; returns False where the booking has a live payment already."""
        times = {"changed_at": payment.created_at, "compare_at": payment.created_at + EVERY}
        statement = insert(PAYMENT).values(**_row(payment), **times).on_conflict_do_nothing().returning(PAYMENT.c.id)
        return self._connection.execute(statement).first() is not None

    def supersede(self, payment_id: str) -> None:
        """Mark the payment as superseded: its amount is no longer the booking's, so its checkout session must close."""
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment_id).values(superseded=True))

    def save(self, payment: Payment, *, at: datetime, compare_at: datetime) -> None:
        """Update a locked payment and its refunds, changed at `at`, with the next comparison at `compare_at` (UTC)."""
        values = {name: value for name, value in _row(payment).items() if name != "id"}
        values |= {"changed_at": at, "compare_at": compare_at}
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment.id).values(**values))
        if payment.refunds:
            statement = insert(REFUND).values(
                [_refund_row(payment, *numbered) for numbered in enumerate(payment.refunds)]
            )
            now = statement.excluded
            changes = {name: now[name] for name in ("amount", "status", "provider_id", "retried")}
            self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))

    def _one(self, query: sa.Select[Any]) -> Payment | None:
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        refunds = sa.select(REFUND).where(REFUND.c.payment_id == row["id"]).order_by(REFUND.c.position)
        currency = row["currency"]
        return Payment(
            **{name: row[name] for name in _PLAIN},
            status=PaymentStatus(row["status"]),
            purpose=PaymentPurpose(row["purpose"]),
            amount=Money(row["amount"], currency),
            refunds=tuple(
                Refund(
                    id=refund.id,
                    amount=Money(refund.amount, currency),
                    status=RefundStatus(refund.status),
                    provider_id=refund.provider_id,
                    retried=refund.retried,
                )
                for refund in self._connection.execute(refunds)
            ),
        )


def _row(payment: Payment) -> dict[str, Any]:
    own = {name: getattr(payment, name) for name in _PLAIN}
    kind = {"status": payment.status, "purpose": payment.purpose}
    return {**own, **kind, "amount": payment.amount.amount, "currency": payment.amount.currency}


def _refund_row(payment: Payment, position: int, refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "payment_id": payment.id,
        "position": position,
        "amount": refund.amount.amount,
        "status": refund.status,
        "provider_id": refund.provider_id,
        "retried": refund.retried,
    }
