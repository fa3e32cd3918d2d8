"""Adds what a change of a stay holds while it waits for its payment: a hold of its own, and nights of a room.

At most one change of a booking waits. Earlier releases take the held nights of a room for a stay of another booking.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    "ALTER TABLE hold ADD change_of text",
    """
    CREATE UNIQUE INDEX hold_one_waiting_change_each ON hold (hotel, change_of)
    WHERE ended_at IS NULL AND change_of IS NOT NULL
    """,
    """
    ALTER TABLE period ADD held boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT period_held_is_a_stay CHECK (NOT held OR kind = 'STAY')
    """,
    "DROP INDEX period_one_room_each",
    "CREATE UNIQUE INDEX period_one_room_each ON period (hotel, booking_id) WHERE live AND NOT held",
    "CREATE INDEX period_held ON period (hotel, booking_id) WHERE live AND held",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
