"""Adds the first night that a booking holds since an undone no-show."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD held_from date")
