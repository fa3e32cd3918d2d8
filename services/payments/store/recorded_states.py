"""All that is recorded of a payment, by one statement."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from contracts.payments.events import PaymentPurpose
from services.payments.domain.movements import MovementKind
from services.payments.domain.payment import PaymentKey
from services.payments.domain.provider_call import CallState, ProviderCall
from services.payments.domain.recorded_state import RecordedState
from services.payments.domain.webhook_with_payment import WebhookWithPayment
from services.payments.store.desired_states import payment_state
from services.payments.store.payments import LOCK, REFUNDS, is_it, is_live, of_booking, parameters_of, payment_of
from services.payments.store.tables import DIRECTORY, PAYMENT, WEBHOOK
from services.payments.store.webhooks import STORED_WITH_IT, WAITED, webhook_of

_CALL = tuple(field.name for field in fields(ProviderCall))


def _json(sql: str, name: str) -> sa.Label[Any]:
    return sa.literal_column(f"({sql})", sa.JSON).label(name)


_CALLS = _json(
    """SELECT json_agg(latest) FROM (
        SELECT DISTINCT ON (action) * FROM provider_action
        WHERE (provider_action.hotel, provider_action.payment_id) = (payment.hotel, payment.id)
        ORDER BY action, attempt DESC
    ) AS latest""",
    "calls",
)
_DESIRED = _json(
    """CASE payment.purpose WHEN 'BOOKING' THEN (
        SELECT row_to_json(desired_state) FROM desired_state
        WHERE (desired_state.hotel, desired_state.booking_id) = (payment.hotel, payment.booking_id)
    ) ELSE (
        SELECT row_to_json(balance_desired_state) FROM balance_desired_state
        WHERE (balance_desired_state.hotel, balance_desired_state.payment_id) = (payment.hotel, payment.id)
    ) END""",
    "desired",
)
_BOOKED = _json(
    """SELECT json_agg(json_build_array(kind, provider_id)) FROM ledger
       WHERE (ledger.hotel, ledger.payment_id) = (payment.hotel, payment.id)""",
    "booked",
)
_PARTS = (PAYMENT, REFUNDS, _CALLS, _DESIRED, _BOOKED)
_STATE = sa.select(*_PARTS)
_GET = _STATE.where(*is_it())
_LIVE = {purpose: _STATE.where(*is_live(purpose)) for purpose in PaymentPurpose}
_WITH_SESSION = _STATE.where(*of_booking(), PAYMENT.c.session_id == sa.bindparam("of_session"))
_OF_ITS_OBJECT = (DIRECTORY.c.session_id == WEBHOOK.c.session_id) | (DIRECTORY.c.intent_id == WEBHOOK.c.intent_id)
_LISTED = (
    sa.select(DIRECTORY.c.hotel, DIRECTORY.c.payment_id)
    .where(_OF_ITS_OBJECT | (DIRECTORY.c.payment_id == WEBHOOK.c.payment_id))
    .order_by(sa.func.coalesce(_OF_ITS_OBJECT, sa.false()).desc())
    .limit(1)
    .lateral("listed")
)
_WITH_PAYMENT = (
    sa.select(WEBHOOK, WAITED, STORED_WITH_IT, *_PARTS)
    .select_from(WEBHOOK)
    .outerjoin(_LISTED, sa.true())
    .outerjoin(PAYMENT, (PAYMENT.c.hotel == _LISTED.c.hotel) & (PAYMENT.c.id == _LISTED.c.payment_id))
    .where(WEBHOOK.c.event_id == sa.bindparam("of_event"))
)


class SqlRecordedStates(SqlStore):
    """Reads recorded states. `now` is the domain's time, UTC."""

    def get(self, key: PaymentKey, *, now: datetime) -> RecordedState | None:
        """The state of one payment, or None where the hotel has no such payment."""
        return self._one(_GET, parameters_of(key), now=now)

    def find_live(self, hotel: str, booking_id: str, purpose: PaymentPurpose, *, now: datetime) -> RecordedState | None:
        """The state of the booking's live payment, as `SqlPayments.find_live` finds it, or None."""
        return self._one(_LIVE[purpose], {"of_hotel": hotel, "of_booking": booking_id}, now=now)

    def find_by_session(self, hotel: str, booking_id: str, session_id: str, *, now: datetime) -> RecordedState | None:
        """The state of the booking's payment that has this checkout session, or None where there is no such payment."""
        params = {"of_hotel": hotel, "of_booking": booking_id, "of_session": session_id}
        return self._one(_WITH_SESSION, params, now=now)

    def lock(self, key: PaymentKey, *, now: datetime) -> RecordedState | None:
        """The state of one payment, whose row is locked until the end of the transaction, or None.

        It is read after the lock: a statement that waits for a lock reads other tables as they were before the wait.
        """
        self._connection.execute(LOCK, parameters_of(key))
        return self.get(key, now=now)

    def of_webhook(self, event_id: str, *, now: datetime) -> WebhookWithPayment | None:
        """A stored webhook event with the state of the payment that it names; None for an unknown event."""
        row = self._connection.execute(_WITH_PAYMENT, {"of_event": event_id}).first()
        if row is None:
            return None
        state = _state_of(row._mapping, now) if row._mapping[PAYMENT.c.id] else None
        return WebhookWithPayment(
            webhook=webhook_of(row._mapping), payment=state, stored_with_it=tuple(row._mapping["stored_with_it"] or ())
        )

    def _one(self, query: sa.Select[Any], params: Mapping[str, str], *, now: datetime) -> RecordedState | None:
        row = self._connection.execute(query, params).first()
        return _state_of(row._mapping, now) if row else None


def _state_of(row: sa.RowMapping, now: datetime) -> RecordedState:
    payment = payment_of(row)
    return RecordedState(
        payment=payment,
        calls={each["action"]: _call_of(each) for each in row["calls"] or ()},
        desired=payment_state(payment, row["desired"]),
        booked=frozenset((MovementKind(kind), provider_id) for kind, provider_id in row["booked"] or ()),
        read_at=now,
    )


def _call_of(row: Mapping[str, Any]) -> ProviderCall:
    return ProviderCall(**{name: row[name] for name in _CALL} | {"state": CallState(row["state"])})
