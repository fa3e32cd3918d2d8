"""The ledger: exactly one row for each movement of money."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.payments.domain.movements import Movement
from services.payments.domain.payment import Payment
from services.payments.store.tables import LEDGER


class SqlLedger:
    """Inserts ledger rows, which are never changed."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def book(self, payment: Payment, movements: Sequence[Movement], *, at: datetime, why: str) -> None:
        """Insert the movements that are not booked yet. `at` is the time of the sync, UTC."""
        if not movements:
            return
        rows = [
            {
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
