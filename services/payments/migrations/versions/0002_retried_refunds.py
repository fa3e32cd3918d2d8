"""Adds the column `retried` to the refunds: True for a failed refund that staff retried by a new refund."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE refund ADD COLUMN retried boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE refund ADD CONSTRAINT refund_retried_has_failed CHECK (NOT retried OR status = 'FAILED')")
