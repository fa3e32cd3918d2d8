"""Adds the leases of the partitions of the inbox."""

from alembic import op

from chassis.transactions.tables import INBOX_LEASES

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for statement in INBOX_LEASES:
        op.execute(statement)
