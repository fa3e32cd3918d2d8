"""Adds withdrawn cleaning tasks. A withdrawn task is also done, so that earlier releases do not take it for open."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE cleaning_task ADD withdrawn_at timestamptz,"
        " ADD CONSTRAINT cleaning_task_withdrawn_is_over CHECK (withdrawn_at IS NULL OR done_at = withdrawn_at)"
    )
