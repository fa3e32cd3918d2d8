"""Adds the leases of the partitions of the inbox."""

from alembic import op

from chassis.transactions.tables import INBOX_LEASES

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for statement in INBOX_LEASES:
        op.execute(statement)
