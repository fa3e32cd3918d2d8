"""Adds the urgencies that staff were alerted to, and makes confirmed bookings due when they become no-shows."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    ALTER TABLE booking ADD COLUMN approval_alerts text[] NOT NULL DEFAULT '{}' CHECK (
        approval_alerts <@ ARRAY['DUE_SOON', 'OVERDUE', 'CRITICAL', 'DEADLINE_NEAR']
    )
    """,
    """
    UPDATE booking SET due_at = (
        CASE WHEN late_arrival_expected THEN check_out ELSE check_in END + 1 + time '12:00'
    ) AT TIME ZONE timezone WHERE status = 'CONFIRMED'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
