"""Adds the purpose of a payment for a change of a stay. A change has one live payment at most, and is captured once."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    """
    ALTER TABLE payment ADD change_id text, DROP CONSTRAINT payment_purpose_is_known,
        ADD CONSTRAINT payment_purpose_is_known CHECK (purpose IN ('BOOKING', 'EXTENSION', 'CHANGE', 'UNREQUESTED')),
        ADD CONSTRAINT payment_for_a_change CHECK ((purpose = 'CHANGE') = (change_id IS NOT NULL))
    """,
    """
    CREATE UNIQUE INDEX payment_one_live_per_change ON payment (hotel, change_id)
    WHERE purpose = 'CHANGE' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED')
    """,
    """
    CREATE UNIQUE INDEX payment_one_unfinished_change ON payment (hotel, booking_id)
    WHERE purpose = 'CHANGE' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
