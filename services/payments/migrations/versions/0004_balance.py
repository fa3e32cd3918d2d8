"""Adds a payment's purpose. A booking has at most one live payment of its own and one for its balance."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    ALTER TABLE payment ADD COLUMN purpose text NOT NULL DEFAULT 'BOOKING'
    CONSTRAINT payment_purpose_is_known CHECK (purpose IN ('BOOKING', 'EXTENSION'))
    """,
    "DROP INDEX payment_one_live_per_booking",
    """
    CREATE UNIQUE INDEX payment_one_live_per_booking ON payment (booking_id)
    WHERE purpose = 'BOOKING' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED')
    """,
    """
    CREATE UNIQUE INDEX payment_one_unfinished_per_balance ON payment (booking_id)
    WHERE purpose = 'EXTENSION' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED')
    """,
    """
    CREATE TABLE charge_standing (
        payment_id text PRIMARY KEY REFERENCES payment,
        stance text NOT NULL CHECK (stance IN ('LIVE', 'APPROVED', 'ENDED')),
        fee bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
        why text NOT NULL,
        since timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
