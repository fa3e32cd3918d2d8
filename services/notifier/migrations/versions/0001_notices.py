"""Creates the chassis's tables and the notice table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.transactions import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create_all(op.get_bind())
    op.create_table(
        "notice",
        sa.Column("id", postgresql.UUID, primary_key=True),
        sa.Column("medium", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("hotel", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Text, nullable=False),
        sa.Column("event_id", postgresql.UUID, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="PENDING"),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("medium IN ('push', 'mail')", name="notice_medium"),
        sa.CheckConstraint("status IN ('PENDING', 'SENT', 'GAVE_UP')", name="notice_status"),
        sa.CheckConstraint("(status = 'PENDING') = (settled_at IS NULL)", name="notice_settled_or_pending"),
        sa.UniqueConstraint("event_id", "medium", "occasion", name="notice_once_per_fact"),
    )
    op.create_index("notice_by_subject", "notice", ["subject", "sequence"])
    op.create_index("notice_open", "notice", ["created_at"], postgresql_where=sa.text("status <> 'SENT'"))
