"""The desired state of each booking's own payments, and of each payment towards a balance."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose
from contracts.values import Money
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.store.tables import BALANCE_DESIRED_STATE, DESIRED_STATE


class SqlDesiredStates(SqlStore):
    """Reads and writes desired states."""

    def of_booking(self, booking_id: str, hotel: str) -> DesiredState:
        """The booking's desired state; `LIVE` where no event of the booking has arrived."""
        query = sa.select(DESIRED_STATE).where(DESIRED_STATE.c.hotel == hotel, DESIRED_STATE.c.booking_id == booking_id)
        return booking_state(booking_id, hotel, self._connection.execute(query).mappings().first())

    def of_payment(self, payment: Payment) -> DesiredState:
        """The payment's desired state: its own for a payment towards a balance, its booking's for any other payment."""
        if payment.purpose is PaymentPurpose.BOOKING:
            return self.of_booking(payment.booking_id, payment.hotel)
        table = BALANCE_DESIRED_STATE
        query = sa.select(table).where(table.c.hotel == payment.hotel, table.c.payment_id == payment.id)
        return payment_state(payment, self._connection.execute(query).mappings().first())

    def put_booking(self, desired: DesiredState, *, since: datetime) -> None:
        """Store a booking's desired state. `since` is the time of the change, UTC."""
        values = {
            "phase": desired.phase,
            "approved_payment": desired.approved_payment,
            "fee": None if desired.fee is None else desired.fee.amount,
            "fee_currency": None if desired.fee is None else desired.fee.currency,
            "why": desired.why,
            "since": since,
        }
        statement = insert(DESIRED_STATE).values(hotel=desired.hotel, booking_id=desired.booking_id, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["hotel", "booking_id"], set_=values))

    def put_balance_payment(
        self, payment: PaymentKey, phase: BookingPhase, *, why: str, since: datetime, fee: int = 0
    ) -> None:
        """Store the desired state of a payment towards a balance. The hotel may keep `fee` minor units from it."""
        values = {"phase": phase, "fee": fee, "why": why, "since": since}
        statement = insert(BALANCE_DESIRED_STATE).values(hotel=payment.hotel, payment_id=payment.id, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["hotel", "payment_id"], set_=values))


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
    return replace(desired, phase=phase, approved_payment=approved, fee=payment.money(row["fee"]), why=row["why"])
