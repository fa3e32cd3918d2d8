"""Adds the lock of a booking's room, which a booking without a room cannot have."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD room_locked boolean NOT NULL DEFAULT false")
    op.execute("""
    ALTER TABLE booking ADD CONSTRAINT booking_locked_room_exists
    CHECK (assigned_room_number IS NOT NULL OR NOT room_locked) NOT VALID
    """)
    op.execute("ALTER TABLE booking VALIDATE CONSTRAINT booking_locked_room_exists")
