"""Adds the end of a hold with a payment page, the counters of unpaid holds, and the nights with unusually many."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    "ALTER TABLE booking ADD COLUMN pay_until timestamptz, ADD COLUMN counted_by text[] NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE hold_count (
        hotel text NOT NULL,
        name text NOT NULL,
        holds integer NOT NULL CHECK (holds > 0),
        nights integer NOT NULL CHECK (nights > 0),
        most_holds integer NOT NULL,
        most_nights integer,
        PRIMARY KEY (hotel, name),
        CONSTRAINT hold_count_capped CHECK (holds <= most_holds AND nights <= coalesce(most_nights, nights))
    )
    """,
    "CREATE INDEX booking_unpaid ON booking (hotel, check_in, check_out) WHERE status = 'PENDING_PAYMENT'",
    """
    CREATE TABLE unusual_night (
        hotel text NOT NULL,
        night date NOT NULL,
        noticed_at timestamptz NOT NULL,
        PRIMARY KEY (hotel, night)
    )
    """,
    "ALTER TABLE booking_directory ADD COLUMN former_token_hash text UNIQUE",
    "CREATE INDEX booking_abandoned ON booking (ended_at) WHERE expiry_reason = 'DRAFT_ABANDONED'",
    "CREATE INDEX access_code_by_end ON access_code (ends_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
