"""The desired state of each booking's own payments, and of each payment towards a balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis import codec
from chassis.transactions.records import Statement
from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose
from contracts.values import Money
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.jobs import ConvergePayment
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.store.payments import parameters_of
from services.payments.store.tables import BALANCE_DESIRED_STATE, DESIRED_STATE

_OF_BOOKING = sa.select(DESIRED_STATE).where(
    DESIRED_STATE.c.hotel == sa.bindparam("of_hotel"), DESIRED_STATE.c.booking_id == sa.bindparam("of_booking")
)
_OF_BALANCE_PAYMENT = sa.select(BALANCE_DESIRED_STATE).where(
    BALANCE_DESIRED_STATE.c.hotel == sa.bindparam("of_hotel"),
    BALANCE_DESIRED_STATE.c.payment_id == sa.bindparam("of_payment"),
)


def _upsert(table: sa.Table) -> Insert:
    statement = insert(table).values({column.name: sa.bindparam(column.name, type_=column.type) for column in table.c})
    changes = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)


_PUT_OF_BALANCE_PAYMENT = _upsert(BALANCE_DESIRED_STATE)
PUT = """
INSERT INTO desired_state (hotel, booking_id, phase, approved_payment, fee, fee_currency, why, since)
SELECT hotel, booking_id, phase, approved_payment, fee, fee_currency, why, CAST(:desired_since AS timestamptz)
FROM jsonb_to_recordset(CAST(:desired_states AS jsonb)) AS given (
    hotel text, booking_id text, phase text, approved_payment text, fee bigint, fee_currency text, why text
) WHERE {after}
ON CONFLICT (hotel, booking_id) DO UPDATE SET phase = excluded.phase, approved_payment = excluded.approved_payment,
    fee = excluded.fee, fee_currency = excluded.fee_currency, why = excluded.why, since = excluded.since
"""
# The payments are those of the statement's start. One that is inserted meanwhile reads the desired state for itself.
# OFFSET 0 has PostgreSQL read them by index for each booking, however many bookings it expects.
CONVERGE = """
INSERT INTO job (key, kind, order_key, payload, traceparent, attempts, try_at)
SELECT key, CAST(:converge_kind AS text), '', payload, traceparent,
    CASE WHEN number <= CAST(:selected_leases AS int) THEN 1 ELSE 0 END,
    CASE WHEN number <= CAST(:selected_leases AS int)
        THEN clock_timestamp() + make_interval(secs => CAST(:selected_seconds AS float)) ELSE now() END
FROM (
    SELECT 'converge:' || payment.id || ':' || cause AS key, traceparent,
        jsonb_build_object('hotel', payment.hotel, 'payment_id', payment.id, 'why', why) AS payload,
        row_number() OVER (ORDER BY payment.created_at) AS number
    FROM jsonb_to_recordset(CAST(:to_converge AS jsonb)) AS given (
        hotel text, booking_id text, why text, cause text, traceparent text
    ) CROSS JOIN LATERAL (
        SELECT id, hotel, created_at FROM payment
        WHERE payment.hotel = given.hotel AND payment.booking_id = given.booking_id
            AND status NOT IN ('SESSION_EXPIRED', 'FAILED', 'REFUNDED') OFFSET 0
    ) AS payment
) AS selected
WHERE {after}
ORDER BY number ON CONFLICT (key) DO NOTHING
"""


class SqlDesiredStates(SqlStore):
    """Reads and writes desired states."""

    def of_booking(self, booking_id: str, hotel: str) -> DesiredState:
        """The booking's desired state; `LIVE` where no event of the booking has arrived."""
        row = self._connection.execute(_OF_BOOKING, {"of_hotel": hotel, "of_booking": booking_id}).mappings().first()
        return booking_state(booking_id, hotel, row)

    def of_payment(self, payment: Payment) -> DesiredState:
        """The payment's desired state: its own for a payment towards a balance, its booking's for any other payment."""
        if payment.purpose is PaymentPurpose.BOOKING:
            return self.of_booking(payment.booking_id, payment.hotel)
        row = self._connection.execute(_OF_BALANCE_PAYMENT, parameters_of(payment.key)).mappings().first()
        return payment_state(payment, row)

    def put_balance_payment(
        self, payment: PaymentKey, phase: BookingPhase, *, why: str, since: datetime, fee: int = 0
    ) -> None:
        """Store the desired state of a payment towards a balance. The hotel may keep `fee` minor units from it."""
        values = {"phase": phase, "fee": fee, "why": why, "since": since}
        self._connection.execute(_PUT_OF_BALANCE_PAYMENT, {**values, "hotel": payment.hotel, "payment_id": payment.id})


def put_statement(desired: Iterable[DesiredState], *, since: datetime) -> Statement:
    """The late statement that stores the desired states of bookings. `since` is the time of the change, UTC."""
    rows = [
        {
            "hotel": each.hotel,
            "booking_id": each.booking_id,
            "phase": each.phase,
            "approved_payment": each.approved_payment,
            "fee": None if each.fee is None else each.fee.amount,
            "fee_currency": None if each.fee is None else each.fee.currency,
            "why": each.why,
        }
        for each in desired
    ]
    return PUT, {"desired_states": codec.encode(rows).decode(), "desired_since": since}


def converge_statement(bookings: Sequence[Mapping[str, str]]) -> Statement:
    """The statement that enqueues the convergence of the bookings' payments, as `keys_to_converge` lists them.

    Each booking has `hotel`, `booking_id`, `why`, `cause` and `traceparent`.
    """
    return CONVERGE, {"to_converge": codec.encode(bookings).decode(), "converge_kind": ConvergePayment.__name__}


def booking_state(booking_id: str, hotel: str, row: Mapping[Any, Any] | None) -> DesiredState:
    """A booking's desired state from its row of `desired_state`, or None."""
    if row is None:
        return DesiredState(booking_id=booking_id, hotel=hotel)
    return DesiredState(
        booking_id=booking_id,
        hotel=hotel,
        phase=BookingPhase(row["phase"]),
        approved_payment=row["approved_payment"],
        fee=Money(row["fee"], row["fee_currency"]) if row["fee"] is not None else None,
        why=row["why"],
    )


def payment_state(payment: Payment, row: Mapping[Any, Any] | None) -> DesiredState:
    """A payment's desired state from its row: of `desired_state` for a booking's own payment, else of its balance's."""
    if payment.purpose is PaymentPurpose.BOOKING:
        return booking_state(payment.booking_id, payment.hotel, row)
    desired = DesiredState(booking_id=payment.booking_id, hotel=payment.hotel)
    if row is None:
        return desired
    phase = BookingPhase(row["phase"])
    approved = payment.id if phase is BookingPhase.APPROVED else None
    fee = None if approved else payment.money(row["fee"])
    return replace(desired, phase=phase, approved_payment=approved, fee=fee, why=row["why"])
