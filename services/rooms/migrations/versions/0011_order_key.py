"""Adds the order key of a job."""

from alembic import op

from chassis.transactions.tables import ORDER_KEY

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(ORDER_KEY)
