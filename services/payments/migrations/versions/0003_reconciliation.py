"""Adds the time of each payment's next comparison, and the tables of reconciliation runs and findings."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "ALTER TABLE payment ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE payment ADD COLUMN compare_at timestamptz",
    "UPDATE payment SET compare_at = now()",
    "CREATE INDEX payment_to_compare ON payment (compare_at) WHERE compare_at IS NOT NULL",
    """
    CREATE TABLE reconciliation (
        run text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        looked integer NOT NULL,
        found integer NOT NULL,
        repaired integer NOT NULL,
        CONSTRAINT reconciliation_repairs_what_it_finds CHECK (repaired BETWEEN 0 AND found)
    )
    """,
    "CREATE INDEX reconciliation_last ON reconciliation (last_at)",
    """
    CREATE TABLE finding (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run text NOT NULL REFERENCES reconciliation,
        kind text NOT NULL,
        object_id text NOT NULL,
        payment_id text NOT NULL,
        booking_id text NOT NULL,
        hotel text NOT NULL,
        ours text NOT NULL,
        theirs text NOT NULL,
        repaired boolean NOT NULL,
        found_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        resolved_at timestamptz,
        CONSTRAINT finding_repaired_is_resolved CHECK (NOT repaired OR resolved_at IS NOT NULL)
    )
    """,
    "CREATE UNIQUE INDEX finding_open_once ON finding (kind, object_id, payment_id) WHERE resolved_at IS NULL",
    "CREATE INDEX finding_of_payment ON finding (payment_id) WHERE resolved_at IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
