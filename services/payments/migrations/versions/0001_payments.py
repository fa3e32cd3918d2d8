"""Creates the tables of the chassis, and those of payments, refunds, calls, ledger, desired states and webhooks."""

from alembic import op

from chassis.transactions import tables

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE payment (
        id text PRIMARY KEY,
        booking_id text NOT NULL,
        hotel text NOT NULL,
        status text NOT NULL,
        version integer NOT NULL,
        amount bigint NOT NULL,
        currency text NOT NULL,
        captured bigint NOT NULL DEFAULT 0,
        refunded bigint NOT NULL DEFAULT 0,
        superseded boolean NOT NULL DEFAULT false,
        session_id text,
        session_url text,
        intent_id text,
        hold_expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        authorized_at timestamptz,
        capture_before timestamptz,
        captured_at timestamptz,
        disputed_at timestamptz,
        CONSTRAINT payment_status_is_known CHECK (status IN ('NONE', 'SESSION_OPEN', 'SESSION_EXPIRED', 'AUTHORIZED',
            'CAPTURED', 'VOIDED', 'FAILED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
        CONSTRAINT payment_is_of_something CHECK (amount > 0),
        CONSTRAINT payment_captures_no_more_than_its_amount CHECK (captured BETWEEN 0 AND amount),
        CONSTRAINT payment_refunds_no_more_than_captured CHECK (refunded BETWEEN 0 AND captured),
        CONSTRAINT payment_session_is_its_own UNIQUE (session_id),
        CONSTRAINT payment_intent_is_its_own UNIQUE (intent_id)
    )
    """,
    """
    CREATE UNIQUE INDEX payment_one_live_per_booking ON payment (booking_id)
    WHERE status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED')
    """,
    "CREATE INDEX payment_of_booking ON payment (booking_id, created_at)",
    """
    CREATE TABLE refund (
        id text PRIMARY KEY,
        payment_id text NOT NULL REFERENCES payment,
        position integer NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        provider_id text UNIQUE,
        UNIQUE (payment_id, position)
    )
    """,
    """
    CREATE TABLE provider_action (
        payment_id text NOT NULL REFERENCES payment,
        action text NOT NULL,
        attempt integer NOT NULL CHECK (attempt > 0),
        request text NOT NULL,
        state text NOT NULL CHECK (state IN ('OWED', 'DONE', 'FAILED', 'REFUSED')),
        code text NOT NULL DEFAULT '',
        object_id text,
        asked_at timestamptz NOT NULL DEFAULT now(),
        answered_at timestamptz,
        PRIMARY KEY (payment_id, action, attempt)
    )
    """,
    """
    CREATE UNIQUE INDEX provider_action_captures_once ON provider_action (payment_id)
    WHERE action = 'capture' AND state = 'DONE'
    """,
    """
    CREATE UNIQUE INDEX provider_action_one_at_a_time ON provider_action (payment_id, action) WHERE state = 'OWED'
    """,
    """
    CREATE TABLE ledger (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        payment_id text NOT NULL REFERENCES payment,
        booking_id text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('authorise', 'capture', 'void', 'refund', 'refund_failed', 'dispute',
            'dispute_won')),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL,
        provider_id text NOT NULL,
        at timestamptz NOT NULL,
        why text NOT NULL,
        CONSTRAINT ledger_books_a_movement_once UNIQUE (provider_id, kind)
    )
    """,
    "CREATE UNIQUE INDEX ledger_one_capture_per_payment ON ledger (payment_id) WHERE kind = 'capture'",
    "CREATE INDEX ledger_of_payment ON ledger (payment_id, position)",
    """
    CREATE TABLE standing (
        booking_id text PRIMARY KEY,
        hotel text NOT NULL,
        stance text NOT NULL CHECK (stance IN ('LIVE', 'APPROVED', 'ENDED')),
        approved_payment text,
        fee bigint CHECK (fee >= 0),
        fee_currency text,
        why text NOT NULL DEFAULT '',
        since timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE webhook (
        event_id text PRIMARY KEY,
        type text NOT NULL,
        created timestamptz NOT NULL,
        object_id text,
        payment_id text,
        session_id text,
        intent_id text,
        outcome text NOT NULL CHECK (outcome IN ('STORED', 'APPLIED', 'IGNORED', 'PARKED')),
        reason text NOT NULL DEFAULT '',
        received_at timestamptz NOT NULL DEFAULT now(),
        settled_at timestamptz
    )
    """,
    "CREATE INDEX webhook_not_applied ON webhook (received_at) WHERE outcome IN ('STORED', 'PARKED')",
)


def upgrade() -> None:
    tables.create_all(op.get_bind())
    for statement in TABLES:
        op.execute(statement)
