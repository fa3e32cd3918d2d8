"""Renames the tables `errand` to `job` and `heard` to `inbox_position`."""

from alembic import op

from chassis.transactions.tables import RENAMES

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for statement in RENAMES:
        op.execute(statement)
