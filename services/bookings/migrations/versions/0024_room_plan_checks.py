"""Adds the checks that every sold stay of a hotel can be given a room."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE room_plan_check (
        hotel text PRIMARY KEY,
        due_at timestamptz NOT NULL,
        marks integer NOT NULL DEFAULT 0,
        version text NOT NULL DEFAULT '',
        impossible jsonb NOT NULL DEFAULT '[]',
        checked_at timestamptz
    )
    """)
    op.execute("CREATE INDEX room_plan_check_due ON room_plan_check (due_at)")
    op.execute("INSERT INTO room_plan_check (hotel, due_at) SELECT DISTINCT hotel, now() FROM booking_count")
