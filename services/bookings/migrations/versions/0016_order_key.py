"""Adds the order key of a job."""

from alembic import op

from chassis.transactions.tables import ORDER_KEY

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute(ORDER_KEY)
