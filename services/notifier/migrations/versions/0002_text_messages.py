"""Allows text messages as notices."""

from alembic import op

revision = "0002"
down_revision = "0001"

MEDIUM = """
ALTER TABLE notice DROP CONSTRAINT notice_medium,
    ADD CONSTRAINT notice_medium CHECK (medium IN ('push', 'mail', 'sms'))
"""


def upgrade() -> None:
    op.execute(MEDIUM)
