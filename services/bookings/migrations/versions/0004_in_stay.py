"""Adds chat, communications, room-service orders, lookups, and the push token of a guest in house."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE chat_message (
        booking_id text NOT NULL REFERENCES booking,
        id integer NOT NULL CHECK (id > 0),
        hotel text NOT NULL,
        sender text NOT NULL CHECK (sender IN ('guest', 'staff')),
        by jsonb NOT NULL,
        text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
        sent_at timestamptz NOT NULL,
        PRIMARY KEY (booking_id, id)
    )
    """,
    """
    CREATE TABLE chat_reading (
        booking_id text NOT NULL REFERENCES booking,
        reader text NOT NULL CHECK (reader IN ('guest', 'staff')),
        read_to integer NOT NULL CHECK (read_to >= 0),
        PRIMARY KEY (booking_id, reader)
    )
    """,
    "CREATE INDEX chat_message_latest ON chat_message (hotel, booking_id, id)",
    "ALTER TABLE communication DROP CONSTRAINT communication_pkey, ADD PRIMARY KEY (notice_id, booking_id)",
    """
    ALTER TABLE communication
        ADD COLUMN subject text NOT NULL DEFAULT '',
        ADD COLUMN message text NOT NULL DEFAULT '',
        ADD COLUMN recipient text,
        ADD COLUMN staff_member jsonb,
        ADD COLUMN sequence integer,
        ADD CONSTRAINT communication_medium CHECK (medium IN ('push', 'mail', 'sms', 'phone', 'note')),
        ADD CONSTRAINT communication_status
            CHECK (delivery_status IN ('PENDING', 'SENT', 'DELIVERED', 'FAILED')),
        ADD CONSTRAINT communication_failed_for_a_reason
            CHECK ((delivery_status = 'FAILED') = (failure_reason IS NOT NULL))
    """,
    "DROP INDEX communication_of_booking",
    "CREATE INDEX communication_of_booking ON communication (booking_id, at DESC)",
    """
    CREATE TABLE room_order (
        id text PRIMARY KEY,
        booking_id text NOT NULL REFERENCES booking,
        hotel text NOT NULL,
        room_number text NOT NULL,
        status text NOT NULL CHECK (status IN ('PLACED', 'ACCEPTED', 'COMPLETED', 'CANCELLED')),
        lines jsonb NOT NULL CHECK (jsonb_array_length(lines) > 0),
        total bigint NOT NULL CHECK (total >= 0),
        currency text NOT NULL,
        note text NOT NULL,
        placed_at timestamptz NOT NULL,
        accepted_at timestamptz,
        accepted_by jsonb,
        closed_at timestamptz,
        closed_by jsonb,
        reason text NOT NULL DEFAULT '',
        CONSTRAINT room_order_accepted_by_somebody CHECK (
            status NOT IN ('ACCEPTED', 'COMPLETED') OR (accepted_at IS NOT NULL AND accepted_by IS NOT NULL)
        ),
        CONSTRAINT room_order_closed_or_not CHECK ((closed_at IS NOT NULL) = (status IN ('COMPLETED', 'CANCELLED')))
    )
    """,
    "CREATE INDEX room_order_of_booking ON room_order (booking_id, placed_at)",
    "CREATE INDEX room_order_newest ON room_order (hotel, placed_at DESC, id)",
    "CREATE TABLE lookup_request (address text PRIMARY KEY, asked_at timestamptz NOT NULL)",
    """
    CREATE TABLE lookup_mail (
        id text PRIMARY KEY,
        address text NOT NULL,
        hotel text NOT NULL,
        booking_ids text[] NOT NULL CHECK (cardinality(booking_ids) > 0),
        asked_at timestamptz NOT NULL,
        quiet_until timestamptz NOT NULL,
        CONSTRAINT lookup_mail_once_in_a_while
            EXCLUDE USING gist (address WITH =, hotel WITH =, tstzrange(asked_at, quiet_until) WITH &&)
    )
    """,
    "CREATE INDEX guest_by_email ON guest (lower(email))",
    "ALTER TABLE booking ADD COLUMN push_token text CHECK (push_token IS NULL OR status = 'IN_HOUSE')",
    "ALTER TABLE booking ADD COLUMN served bigint CHECK (served >= 0)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
