"""The tables of the payments service. The migrations create them. Amounts are minor units of the row's currency."""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.payments.reconciliation import FindingKind
from services.payments.domain.desired_state import BookingPhase
from services.payments.domain.movements import MovementKind
from services.payments.domain.payment import RefundStatus
from services.payments.domain.provider_call import CallState
from services.payments.domain.webhook import WebhookOutcome

METADATA = sa.MetaData()


def _columns(kind: type[sa.types.TypeEngine[Any]], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def _key(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _times(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True)) for name in names]


def _enum(name: str, members: type[StrEnum]) -> sa.Column[Any]:
    """A text column that holds the values of the enum's members; a query returns the members."""
    return sa.Column(name, sa.Enum(members, values_callable=list, native_enum=False))


PAYMENT = sa.Table(
    "payment",
    METADATA,
    *_key("hotel", "id"),
    *_columns(sa.Text, "booking_id", "currency", "session_id", "session_url", "intent_id"),
    *_columns(sa.Text, "change_id"),
    _enum("purpose", PaymentPurpose),
    _enum("status", PaymentStatus),
    *_columns(sa.Integer, "version"),
    *_columns(sa.BigInteger, "amount", "captured", "refunded"),
    sa.Column("superseded", sa.Boolean),
    *_times("hold_expires_at", "created_at", "authorized_at", "capture_before", "captured_at", "disputed_at"),
    *_times("changed_at", "compare_at"),
)

# The hotel of each payment, checkout session and intent, which are unique across all hotels: the provider's events name
# no hotel. The row is written and changed with the payment's.
DIRECTORY = sa.Table(
    "payment_directory",
    METADATA,
    *_key("payment_id"),
    *_columns(sa.Text, "hotel", "session_id", "intent_id"),
)

REFUND = sa.Table(
    "refund",
    METADATA,
    *_key("hotel", "id"),
    *_columns(sa.Text, "payment_id", "provider_id"),
    *_columns(sa.Integer, "position"),
    *_columns(sa.BigInteger, "amount"),
    _enum("status", RefundStatus),
    sa.Column("retried", sa.Boolean),
)

PROVIDER_ACTION = sa.Table(
    "provider_action",
    METADATA,
    *_key("hotel", "payment_id", "action"),
    sa.Column("attempt", sa.Integer, primary_key=True),
    *_columns(sa.Text, "request", "code", "object_id"),
    _enum("state", CallState),
    *_times("asked_at", "answered_at"),
)

LEDGER = sa.Table(
    "ledger",
    METADATA,
    *_key("hotel"),
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    *_columns(sa.Text, "payment_id", "booking_id", "currency", "provider_id", "why"),
    _enum("kind", MovementKind),
    *_columns(sa.BigInteger, "amount"),
    *_times("at"),
)

DESIRED_STATE = sa.Table(
    "desired_state",
    METADATA,
    *_key("hotel", "booking_id"),
    *_columns(sa.Text, "approved_payment", "fee_currency", "why"),
    _enum("phase", BookingPhase),
    *_columns(sa.BigInteger, "fee"),
    *_times("since"),
)

# The desired state of each payment towards a balance; that of the booking's own payment is in `desired_state`.
BALANCE_DESIRED_STATE = sa.Table(
    "balance_desired_state",
    METADATA,
    *_key("hotel", "payment_id"),
    *_columns(sa.Text, "why"),
    _enum("phase", BookingPhase),
    *_columns(sa.BigInteger, "fee"),
    *_times("since"),
)

WEBHOOK = sa.Table(
    "webhook",
    METADATA,
    sa.Column("event_id", sa.Text, primary_key=True),
    *_columns(sa.Text, "type", "object_id", "payment_id", "session_id", "intent_id", "reason"),
    _enum("outcome", WebhookOutcome),
    *_times("created", "received_at", "settled_at"),
)

RUN = sa.Table(
    "reconciliation",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    *_columns(sa.Integer, "looked", "found", "repaired"),
    *_times("started_at", "last_at"),
)

SEARCH = sa.Table(
    "provider_search",
    METADATA,
    *_key("list"),
    *_times("complete_until", "began_at", "since"),
    sa.Column("after", sa.Text),
)

FINDING = sa.Table(
    "finding",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    *_columns(sa.Text, "run", "object_id", "payment_id", "booking_id", "hotel", "ours", "theirs"),
    _enum("kind", FindingKind),
    sa.Column("repaired", sa.Boolean),
    *_times("found_at", "seen_at", "resolved_at"),
)
