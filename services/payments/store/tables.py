"""The tables of payments. The migrations create them."""

from datetime import datetime

import sqlalchemy as sa

METADATA = sa.MetaData()


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True))


PAYMENT = sa.Table(
    "payment",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("booking_id", sa.Text),
    sa.Column("hotel", sa.Text),
    sa.Column("purpose", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("captured", sa.BigInteger),
    sa.Column("refunded", sa.BigInteger),
    sa.Column("superseded", sa.Boolean),
    sa.Column("session_id", sa.Text),
    sa.Column("session_url", sa.Text),
    sa.Column("intent_id", sa.Text),
    _moment("hold_expires_at"),
    _moment("created_at"),
    _moment("authorized_at"),
    _moment("capture_before"),
    _moment("captured_at"),
    _moment("disputed_at"),
    _moment("changed_at"),
    _moment("compare_at"),
)

REFUND = sa.Table(
    "refund",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("payment_id", sa.Text),
    sa.Column("position", sa.Integer),
    sa.Column("amount", sa.BigInteger),
    sa.Column("status", sa.Text),
    sa.Column("provider_id", sa.Text),
    sa.Column("retried", sa.Boolean),
)

PROVIDER_ACTION = sa.Table(
    "provider_action",
    METADATA,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("request", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("object_id", sa.Text),
    _moment("asked_at"),
    _moment("answered_at"),
)

LEDGER = sa.Table(
    "ledger",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("payment_id", sa.Text),
    sa.Column("booking_id", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("provider_id", sa.Text),
    _moment("at"),
    sa.Column("why", sa.Text),
)

DESIRED_STATE = sa.Table(
    "desired_state",
    METADATA,
    sa.Column("booking_id", sa.Text, primary_key=True),
    sa.Column("hotel", sa.Text),
    sa.Column("phase", sa.Text),
    sa.Column("approved_payment", sa.Text),
    sa.Column("fee", sa.BigInteger),
    sa.Column("fee_currency", sa.Text),
    sa.Column("why", sa.Text),
    _moment("since"),
)

# The desired state of each payment towards a balance; that of the booking's own payment is in `desired_state`.
BALANCE_DESIRED_STATE = sa.Table(
    "balance_desired_state",
    METADATA,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("phase", sa.Text),
    sa.Column("fee", sa.BigInteger),
    sa.Column("why", sa.Text),
    _moment("since"),
)

WEBHOOK = sa.Table(
    "webhook",
    METADATA,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("type", sa.Text),
    _moment("created"),
    sa.Column("object_id", sa.Text),
    sa.Column("payment_id", sa.Text),
    sa.Column("session_id", sa.Text),
    sa.Column("intent_id", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("reason", sa.Text),
    _moment("received_at"),
    _moment("settled_at"),
)

RUN = sa.Table(
    "reconciliation",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    _moment("started_at"),
    _moment("last_at"),
    sa.Column("looked", sa.Integer),
    sa.Column("found", sa.Integer),
    sa.Column("repaired", sa.Integer),
)

FINDING = sa.Table(
    "finding",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("run", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("object_id", sa.Text),
    sa.Column("payment_id", sa.Text),
    sa.Column("booking_id", sa.Text),
    sa.Column("hotel", sa.Text),
    sa.Column("ours", sa.Text),
    sa.Column("theirs", sa.Text),
    sa.Column("repaired", sa.Boolean),
    _moment("found_at"),
    _moment("seen_at"),
    _moment("resolved_at"),
)
