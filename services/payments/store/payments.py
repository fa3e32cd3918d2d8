"""Payments and their refunds."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.database.arrays import one_of_constants
from chassis.transactions.records import WriteLate as Write
from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.values import Money
from services.payments.domain.payment import Payment, PaymentKey, Refund, RefundStatus
from services.payments.domain.provider_call import ProviderCall
from services.payments.lifecycle import LIVE, UNFINISHED
from services.payments.store.new_jobs import job_parameters
from services.payments.store.new_payments import (
    BEGIN,
    COLUMNS,
    INSERT,
    parameters_of_call,
    parameters_of_new,
    row_of,
)
from services.payments.store.tables import DIRECTORY, PAYMENT

_OF_REFUND = tuple(field.name for field in fields(Refund) if field.name != "amount")
_LIVE_AS: dict[PaymentPurpose, frozenset[PaymentStatus]] = {
    PaymentPurpose.BOOKING: LIVE,
    PaymentPurpose.EXTENSION: UNFINISHED,
    PaymentPurpose.CHANGE: UNFINISHED,
    PaymentPurpose.UNREQUESTED: frozenset(),
}


_FIXED = {"id", "booking_id", "hotel", "hold_expires_at", "created_at", "purpose", "superseded", "change_id"}
_SAVED = (*(name for name in COLUMNS if name not in _FIXED), "changed_at", "compare_at")
_CHANGES = ", ".join(f"{name} = :payment_{name}" for name in _SAVED)
SAVE = f"UPDATE payment SET {_CHANGES} WHERE hotel = :payment_hotel AND id = :payment_id AND {{after}}"  # noqa: S608
LIST_IDS = """
UPDATE payment_directory SET session_id = :listed_session_id, intent_id = :listed_intent_id
WHERE payment_id = :listed_payment_id AND {after}
"""
SAVE_REFUNDS = """
INSERT INTO refund (hotel, payment_id, id, provider_id, position, amount, status, retried)
SELECT hotel, payment_id, id, provider_id, position, amount, status, retried
FROM jsonb_to_recordset(CAST(:refunds AS jsonb)) AS given (
    hotel text, payment_id text, id text, provider_id text, position int, amount bigint, status text, retried boolean
) WHERE {after}
ON CONFLICT (hotel, id) DO UPDATE SET provider_id = excluded.provider_id, amount = excluded.amount,
    status = excluded.status, retried = excluded.retried
"""

REFUNDS: sa.Label[Any] = sa.literal_column(
    """(SELECT json_agg(refund ORDER BY position) FROM refund
        WHERE (refund.hotel, refund.payment_id) = (payment.hotel, payment.id))""",
    sa.JSON,
).label("refunds")


def is_it() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the payment with the parameters `of_hotel` and `of_payment`."""
    return PAYMENT.c.hotel == sa.bindparam("of_hotel"), PAYMENT.c.id == sa.bindparam("of_payment")


def of_booking() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the payments of the booking with the parameters `of_hotel` and `of_booking`."""
    return PAYMENT.c.hotel == sa.bindparam("of_hotel"), PAYMENT.c.booking_id == sa.bindparam("of_booking")


def is_live(purpose: PaymentPurpose) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the live payment of this purpose of the booking of `of_booking()`."""
    return *of_booking(), PAYMENT.c.purpose == purpose, one_of_constants(PAYMENT.c.status, _LIVE_AS[purpose])


# Built once: a statement that is built for each use costs more than its round trip.
_SELECT = sa.select(PAYMENT, REFUNDS)
_GET = _SELECT.where(*is_it())
_LIVE = {purpose: _SELECT.where(*is_live(purpose)) for purpose in PaymentPurpose}
LOCK = sa.select(PAYMENT.c.id).where(*is_it()).with_for_update()
_KEYS = sa.select(PAYMENT.c.hotel, PAYMENT.c.id).where(*of_booking()).order_by(PAYMENT.c.created_at)
_OVER = (PaymentStatus.SESSION_EXPIRED, PaymentStatus.FAILED, PaymentStatus.REFUNDED)
_KEYS_TO_CONVERGE = _KEYS.where(~one_of_constants(PAYMENT.c.status, _OVER))
_SUPERSEDE = PAYMENT.update().where(*is_it()).values(superseded=True)


@cache
def _find_key(*names: str) -> sa.Select[Any]:
    matches = (DIRECTORY.c[name] == sa.bindparam(name) for name in names)
    return sa.select(DIRECTORY.c.hotel, DIRECTORY.c.payment_id).where(sa.or_(*matches)).limit(1)


class SqlPayments(SqlStore):
    """Reads and writes payments. A payment is read with its refunds by one statement."""

    def get(self, key: PaymentKey) -> Payment | None:
        """One payment, or None where the hotel has no such payment."""
        return self._one(_GET, parameters_of(key))

    def lock(self, key: PaymentKey) -> Payment | None:
        """One payment, locked until the end of the transaction, or None where the hotel has no such payment.

        It is read by a statement of its own: a statement that waits for a lock reads other tables as they were before.
        """
        self._connection.execute(LOCK, parameters_of(key))
        return self.get(key)

    def find(self, payment_id: str) -> Payment | None:
        """One payment whose hotel is not known, or None for an unknown id."""
        key = self.find_key(payment_id=payment_id)
        return self.get(key) if key else None

    def find_live(
        self, hotel: str, booking_id: str, purpose: PaymentPurpose = PaymentPurpose.BOOKING
    ) -> Payment | None:
        """The booking's own live payment; with another purpose, its unfinished payment for the balance or a change."""
        return self._one(_LIVE[purpose], {"of_hotel": hotel, "of_booking": booking_id})

    def lock_all(self, hotel: str, booking_id: str) -> list[Payment]:
        """The booking's payments, oldest first, each locked until the end of the transaction."""
        keys = self._keys(_KEYS, hotel, booking_id)
        return [payment for payment in map(self.lock, keys) if payment]

    def keys_to_converge(self, hotel: str, booking_id: str) -> Sequence[PaymentKey]:
        """The keys, oldest first, of the booking's payments that have not expired, failed or been fully refunded."""
        return self._keys(_KEYS_TO_CONVERGE, hotel, booking_id)

    def find_key(self, **ids: str | None) -> PaymentKey | None:
        """The key of the payment with this `payment_id`, `session_id` or `intent_id`, or None where no payment has."""
        given = {name: value for name, value in ids.items() if value}
        row = self._connection.execute(_find_key(*given), given).first() if given else None
        return PaymentKey(*row) if row else None

    def insert(self, payment: Payment) -> bool:
        """Insert a payment; returns False where the booking already has a live payment of the same purpose."""
        return self._connection.execute(INSERT, parameters_of_new(payment)).rowcount > 0

    def begin(self, payment: Payment, call: ProviderCall, job: Mapping[str, Any]) -> bool:
        """Insert a payment with its first call and the row of a job, by one statement.

        Returns False, and inserts nothing, where the booking already has a live payment of the same purpose, or has
        ended.
        """
        params = parameters_of_new(payment) | parameters_of_call(call) | job_parameters(job)
        return self._connection.execute(BEGIN, params).rowcount > 0

    def supersede(self, key: PaymentKey) -> None:
        """Mark the payment as superseded: the booking's amount has changed, and the payment's session must close."""
        self._connection.execute(_SUPERSEDE, parameters_of(key))

    def save(self, before: Payment, payment: Payment, *, at: datetime, compare_at: datetime, write: Write) -> None:
        """Update a locked payment and its refunds. `at` is now and `compare_at` is the next comparison, both in UTC."""
        row = row_of(payment) | {"changed_at": at, "compare_at": compare_at, "status": payment.status.value}
        named = {f"payment_{name}": row[name] for name in _SAVED}
        write(SAVE, {**named, "payment_hotel": payment.hotel, "payment_id": payment.id})
        ids = {"session_id": payment.session_id, "intent_id": payment.intent_id}
        if ids != {"session_id": before.session_id, "intent_id": before.intent_id}:
            write(LIST_IDS, {f"listed_{name}": value for name, value in {**ids, "payment_id": payment.id}.items()})
        if payment.refunds:
            rows = [_refund_row(payment, *numbered) for numbered in enumerate(payment.refunds)]
            write(SAVE_REFUNDS, {"refunds": codec.encode(rows).decode()})

    def _keys(self, query: sa.Select[Any], hotel: str, booking_id: str) -> Sequence[PaymentKey]:
        rows = self._connection.execute(query, {"of_hotel": hotel, "of_booking": booking_id})
        return [PaymentKey(*row) for row in rows]

    def _one(self, query: sa.Select[Any], params: Mapping[str, str]) -> Payment | None:
        row = self._connection.execute(query, params).first()
        return payment_of(row._mapping) if row else None


def parameters_of(key: PaymentKey) -> dict[str, str]:
    """The parameters of `is_it()` for a payment."""
    return {"of_hotel": key.hotel, "of_payment": key.id}


def payment_of(row: sa.RowMapping) -> Payment:
    """The payment in a row that has the columns of `payment`, and its refunds as `REFUNDS`."""
    currency = row[PAYMENT.c.currency]
    return Payment(
        **{name: row[PAYMENT.c[name]] for name in COLUMNS},
        amount=Money(row[PAYMENT.c.amount], currency),
        refunds=tuple(_refund(each, currency) for each in row["refunds"] or ()),
    )


def _refund(row: dict[str, Any], currency: str) -> Refund:
    own = {name: row[name] for name in _OF_REFUND}
    return Refund(**own | {"status": RefundStatus(row["status"])}, amount=Money(row["amount"], currency))


def _refund_row(payment: Payment, position: int, refund: Refund) -> dict[str, Any]:
    own = {name: getattr(refund, name) for name in _OF_REFUND}
    return own | {
        "hotel": payment.hotel,
        "payment_id": payment.id,
        "position": position,
        "amount": refund.amount.amount,
    }
