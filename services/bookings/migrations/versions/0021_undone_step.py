"""Adds the last step of a booking that was undone."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD undone text")
