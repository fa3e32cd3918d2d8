"""Payments and their refunds in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.payments import PaymentPurpose, PaymentStatus
from contracts.values import Money
from services.payments.domain import Payment, Refund, RefundStatus
from services.payments.domain.comparing import EVERY
from services.payments.lifecycle import LIVE, UNFINISHED
from services.payments.store.tables import PAYMENT, REFUND

_PLAIN = (
    "id", "booking_id", "hotel", "version", "captured", "refunded", "superseded", "session_id", "session_url",
    "intent_id", "hold_expires_at", "created_at", "authorized_at", "capture_before", "captured_at", "disputed_at",
)  # fmt: skip
_LIVE_AS = {PaymentPurpose.BOOKING: LIVE, PaymentPurpose.EXTENSION: UNFINISHED}


class SqlPayments:
    """Every read of a whole payment is two statements: its row, its refunds."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, payment_id: str) -> Payment | None:
        """One payment, as it is committed."""
        return self._one(sa.select(PAYMENT).where(PAYMENT.c.id == payment_id))

    def lock(self, payment_id: str) -> Payment | None:
        """One payment, held until the end of the transaction."""
        return self._one(sa.select(PAYMENT).where(PAYMENT.c.id == payment_id).with_for_update())

    def live_of(self, booking_id: str, purpose: PaymentPurpose = PaymentPurpose.BOOKING) -> Payment | None:
        """The booking's one payment that may still come to something, or has; towards a balance: that may still."""
        live = PAYMENT.c.status.in_(sorted(_LIVE_AS[purpose]))
        return self._one(
            sa.select(PAYMENT).where(PAYMENT.c.booking_id == booking_id, PAYMENT.c.purpose == purpose, live)
        )

    def all_of(self, booking_id: str) -> list[Payment]:
        """The booking's payments, oldest first, each locked until the end of the transaction."""
        ids = sa.select(PAYMENT.c.id).where(PAYMENT.c.booking_id == booking_id).order_by(PAYMENT.c.created_at)
        found = (self.lock(payment_id) for payment_id in self._connection.execute(ids).scalars().all())
        return [payment for payment in found if payment]

    def of_session(self, booking_id: str, session_id: str) -> Payment | None:
        """The booking's payment on that page."""
        ours = (PAYMENT.c.booking_id == booking_id) & (PAYMENT.c.session_id == session_id)
        return self._one(sa.select(PAYMENT).where(ours))

    def ids_to_pursue(self, booking_id: str) -> Sequence[str]:
        """The booking's payments that a change of its standing may concern."""
        over = (PaymentStatus.SESSION_EXPIRED, PaymentStatus.FAILED, PaymentStatus.REFUNDED)
        ours = (PAYMENT.c.booking_id == booking_id) & PAYMENT.c.status.not_in(over)
        return (
            self._connection.execute(sa.select(PAYMENT.c.id).where(ours).order_by(PAYMENT.c.created_at)).scalars().all()
        )

    def id_named(self, *, payment_id: str | None, session_id: str | None, intent_id: str | None) -> str | None:
        """The payment that one of the provider's or our own names points to."""
        names = ((PAYMENT.c.id, payment_id), (PAYMENT.c.session_id, session_id), (PAYMENT.c.intent_id, intent_id))
        said = [column == name for column, name in names if name]
        if not said:
            return None
        return self._connection.execute(sa.select(PAYMENT.c.id).where(sa.or_(*said)).limit(1)).scalar()

    def insert(self, payment: Payment) -> bool:
        """Begin a payment; False where the booking has a live one already."""
        times = {"changed_at": payment.created_at, "compare_at": payment.created_at + EVERY}
        statement = insert(PAYMENT).values(**_row(payment), **times).on_conflict_do_nothing().returning(PAYMENT.c.id)
        return self._connection.execute(statement).first() is not None

    def supersede(self, payment_id: str) -> None:
        """The payment is for another amount than the booking now costs: its page is to be closed."""
        self._connection.execute(PAYMENT.update().where(PAYMENT.c.id == payment_id).values(superseded=True))

    def save(self, payment: Payment, *, at: datetime, compare_at: datetime) -> None:
        """Write a locked payment and its refunds back, as changed at that time, to be compared at the other."""
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

    def _one(self, choice: sa.Select[Any]) -> Payment | None:
        row = self._connection.execute(choice).mappings().first()
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
