"""The desired state of each booking's own payments, and of each payment towards a balance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose
from contracts.values import Money
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.store.payments import KEYS_TO_CONVERGE, parameters_of
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


_PUT = _upsert(DESIRED_STATE)
_PUT_OF_BALANCE_PAYMENT = _upsert(BALANCE_DESIRED_STATE)
# The keys are those of the statement's start; a payment that is inserted meanwhile reads the desired state for itself.
_PUT_AND_KEYS = KEYS_TO_CONVERGE.add_cte(_PUT.cte("put"))


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

    def put_booking(self, desired: DesiredState, *, since: datetime) -> None:
        """Store a booking's desired state. `since` is the time of the change, UTC."""
        self._connection.execute(_PUT, _row(desired, since))

    def put_booking_to_converge(self, desired: DesiredState, *, since: datetime) -> Sequence[PaymentKey]:
        """Store a booking's desired state; returns the payments of `SqlPayments.keys_to_converge`, read with it."""
        of_it = {"of_hotel": desired.hotel, "of_booking": desired.booking_id}
        rows = self._connection.execute(_PUT_AND_KEYS, {**_row(desired, since), **of_it})
        return [PaymentKey(*row) for row in rows]

    def put_balance_payment(
        self, payment: PaymentKey, phase: BookingPhase, *, why: str, since: datetime, fee: int = 0
    ) -> None:
        """Store the desired state of a payment towards a balance. The hotel may keep `fee` minor units from it."""
        values = {"phase": phase, "fee": fee, "why": why, "since": since}
        self._connection.execute(_PUT_OF_BALANCE_PAYMENT, {**values, "hotel": payment.hotel, "payment_id": payment.id})


def _row(desired: DesiredState, since: datetime) -> dict[str, Any]:
    return {
        "hotel": desired.hotel,
        "booking_id": desired.booking_id,
        "phase": desired.phase,
        "approved_payment": desired.approved_payment,
        "fee": None if desired.fee is None else desired.fee.amount,
        "fee_currency": None if desired.fee is None else desired.fee.currency,
        "why": desired.why,
        "since": since,
    }


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
