"""Adds the table of amendments, which has the values before and after each amendment from now on."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE amendment (
        booking_id text NOT NULL,
        sequence integer NOT NULL,
        changes jsonb NOT NULL,
        PRIMARY KEY (booking_id, sequence)
    )
    """)
