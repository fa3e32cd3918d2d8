"""The ledger: exactly one row for each movement of money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from contracts.values import Money
from services.payments.domain.movements import Movement, MovementKind
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.store.tables import LEDGER


class SqlLedger(SqlStore):
    """Inserts and reads ledger rows. A row is never changed."""

    def book(self, payment: Payment, movements: Sequence[Movement], *, at: datetime, why: str) -> None:
        """Insert the movements that are not booked yet. `at` is the time of the sync, UTC."""
        if not movements:
            return
        rows = [
            {
                "hotel": payment.hotel,
                "payment_id": payment.id,
                "booking_id": payment.booking_id,
                "kind": movement.kind,
                "amount": movement.amount.amount,
                "currency": movement.amount.currency,
                "provider_id": movement.provider_id,
                "at": at,
                "why": why,
            }
            for movement in movements
        ]
        once = insert(LEDGER).values(rows).on_conflict_do_nothing(constraint="ledger_books_a_movement_once")
        self._connection.execute(once)

    def amounts(self, payment: PaymentKey) -> Mapping[tuple[MovementKind, str], Money]:
        """The amounts in the payment's ledger rows, keyed by kind and provider id."""
        own = (LEDGER.c.hotel == payment.hotel) & (LEDGER.c.payment_id == payment.id)
        rows = self._connection.execute(sa.select(LEDGER).where(own))
        return {(row.kind, row.provider_id): Money(row.amount, row.currency) for row in rows}
