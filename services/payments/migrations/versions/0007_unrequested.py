"""Adds the purpose of a payment that no decision asked for: such a payment keeps no money and never lives."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    "ALTER TABLE payment DROP CONSTRAINT payment_purpose_is_known",
    """
    ALTER TABLE payment ADD CONSTRAINT payment_purpose_is_known
    CHECK (purpose IN ('BOOKING', 'EXTENSION', 'UNREQUESTED'))
    """,
    """
    ALTER TABLE payment ADD CONSTRAINT payment_unrequested_is_returned
    CHECK (purpose <> 'UNREQUESTED' OR (status IN ('NONE', 'FAILED') AND intent_id IS NOT NULL AND captured = 0))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
