"""Adds the leases of the partitions of the inbox."""

from alembic import op

from chassis.transactions.tables import INBOX_LEASES

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for statement in INBOX_LEASES:
        op.execute(statement)
