"""Adds the holder and the memo of a leased claim of an Idempotency-Key."""

from alembic import op

from chassis.transactions.tables import LEASED_CLAIMS

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(LEASED_CLAIMS)
