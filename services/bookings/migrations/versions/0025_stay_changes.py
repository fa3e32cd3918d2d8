"""Adds the amounts of changes of a stay, the stay as first booked, and the end of a card's authorisation."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("""
    ALTER TABLE booking
        ADD COLUMN authorized bigint,
        ADD COLUMN change_fees bigint,
        ADD COLUMN waived bigint,
        ADD COLUMN desk_refund_due bigint,
        ADD COLUMN first_booked jsonb,
        ADD COLUMN capture_before timestamptz
    """)
