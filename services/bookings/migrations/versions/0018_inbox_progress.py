"""Adds the progress of the processes of the inbox, and since when a partition has its holder."""

from alembic import op

from chassis.transactions.tables import INBOX_PROGRESS

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for statement in INBOX_PROGRESS:
        op.execute(statement)
