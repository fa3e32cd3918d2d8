"""Adds card payments towards the balance due, and the amounts paid at the desk."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    "ALTER TABLE booking ADD COLUMN charges jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE booking ADD COLUMN settled bigint CHECK (settled >= 0)",
    "ALTER TABLE booking ADD CONSTRAINT booking_owes_no_less_than_nothing CHECK (balance_due >= 0)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
