"""Adds overstay incidents, with at most one open incident for each booking."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    CREATE TABLE overstay (
        id text PRIMARY KEY,
        booking_id text NOT NULL REFERENCES booking,
        hotel text NOT NULL,
        status text NOT NULL CHECK (status IN ('OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'DISMISSED')),
        severity text NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH')),
        deadline_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL CHECK (opened_at > deadline_at),
        acknowledged_at timestamptz,
        acknowledged_by jsonb,
        closed_at timestamptz,
        closed_by jsonb,
        resolution text,
        note text,
        CONSTRAINT overstay_acknowledged_by_somebody CHECK (
            status <> 'ACKNOWLEDGED' OR (acknowledged_at IS NOT NULL AND acknowledged_by IS NOT NULL)
        ),
        CONSTRAINT overstay_closed_or_not CHECK ((closed_at IS NOT NULL) = (status IN ('RESOLVED', 'DISMISSED'))),
        CONSTRAINT overstay_resolved_somehow CHECK ((resolution IS NOT NULL) = (status = 'RESOLVED'))
    )
    """,
    """
    CREATE UNIQUE INDEX overstay_one_undecided_per_booking ON overstay (booking_id)
    WHERE status IN ('OPEN', 'ACKNOWLEDGED')
    """,
    "CREATE INDEX overstay_of_booking ON overstay (booking_id, opened_at)",
    "ALTER TABLE booking ADD COLUMN overstay jsonb",
    "UPDATE booking SET due_at = checkout_deadline_at WHERE status = 'IN_HOUSE'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
