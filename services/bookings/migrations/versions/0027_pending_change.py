"""Adds the change of a stay that waits for its payment: one for a booking at most, whose id names the booking."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("""
    ALTER TABLE booking
        ADD COLUMN pending_change jsonb,
        ADD COLUMN change_due_at timestamptz,
        ADD CONSTRAINT booking_change_is_its_own
            CHECK (pending_change IS NULL OR starts_with(pending_change ->> 'id', id || '~')),
        ADD CONSTRAINT booking_change_costs_money
            CHECK (pending_change IS NULL OR CAST(pending_change -> 'amount' ->> 'amount' AS bigint) > 0)
    """)
    op.execute("CREATE INDEX booking_change_due ON booking (change_due_at) WHERE change_due_at IS NOT NULL")
