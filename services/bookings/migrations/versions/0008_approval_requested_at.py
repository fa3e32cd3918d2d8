"""Adds the moment from which a booking without a payment awaits its approval."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN approval_requested_at timestamptz")
