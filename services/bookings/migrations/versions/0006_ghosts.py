"""Adds ghosts (differences between bookings and occupied rooms), and the position of the comparison."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """
    CREATE TABLE ghost (
        kind text NOT NULL CHECK (kind IN ('OCCUPIED_BY_NOBODY', 'NOT_IN_ITS_ROOM', 'CLAIMED_BY_NOBODY')),
        booking_id text NOT NULL,
        hotel text NOT NULL,
        room_number text NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        mended_at timestamptz,
        problem text CHECK (problem IS NULL OR mended_at IS NULL),
        PRIMARY KEY (kind, booking_id, room_number)
    )
    """,
    """
    CREATE TABLE census (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        after_room integer NOT NULL DEFAULT 0,
        began_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "INSERT INTO census DEFAULT VALUES",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
