"""Adds the amount that the desk has given back."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN desk_refunded bigint CHECK (desk_refunded >= 0)")
