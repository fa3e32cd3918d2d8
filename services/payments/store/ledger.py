"""The ledger: exactly one row for each movement of money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis import codec
from chassis.transactions.records import WriteLate as Write
from chassis.transactions.store import SqlStore
from contracts.values import Money
from services.payments.domain.movements import Movement, MovementKind
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.store.tables import LEDGER

BOOK = """
INSERT INTO ledger (hotel, payment_id, booking_id, kind, amount, currency, provider_id, at, why)
SELECT CAST(:ledger_hotel AS text), CAST(:ledger_payment_id AS text), CAST(:ledger_booking_id AS text),
    kind, amount, currency, provider_id, CAST(:ledger_at AS timestamptz), CAST(:ledger_why AS text)
FROM ROWS FROM (
    jsonb_to_recordset(CAST(:ledger AS jsonb)) AS (kind text, amount bigint, currency text, provider_id text)
) WITH ORDINALITY AS moved (kind, amount, currency, provider_id, number)
WHERE {after} ORDER BY number ON CONFLICT ON CONSTRAINT ledger_books_a_movement_once DO NOTHING
"""


class SqlLedger(SqlStore):
    """Inserts and reads ledger rows. A row is never changed."""

    def book(self, payment: Payment, movements: Sequence[Movement], *, at: datetime, why: str, write: Write) -> None:
        """Insert the movements that are not booked yet. `at` is the time of the sync, UTC."""
        if not movements:
            return
        rows = [
            {
                "kind": movement.kind,
                "amount": movement.amount.amount,
                "currency": movement.amount.currency,
                "provider_id": movement.provider_id,
            }
            for movement in movements
        ]
        params = {
            "ledger": codec.encode(rows).decode(),
            "ledger_hotel": payment.hotel,
            "ledger_payment_id": payment.id,
            "ledger_booking_id": payment.booking_id,
            "ledger_at": at,
            "ledger_why": why,
        }
        write(BOOK, params)

    def amounts(self, payment: PaymentKey) -> Mapping[tuple[MovementKind, str], Money]:
        """The amounts in the payment's ledger rows, keyed by kind and provider id."""
        own = (LEDGER.c.hotel == payment.hotel) & (LEDGER.c.payment_id == payment.id)
        rows = self._connection.execute(sa.select(LEDGER).where(own))
        return {(row.kind, row.provider_id): Money(row.amount, row.currency) for row in rows}
