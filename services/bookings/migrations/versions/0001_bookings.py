"""Creates bookings, guests, codes, holds and the records of events from other services."""

from alembic import op

from chassis.transactions import tables

revision = "0001"
down_revision = None

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    """
    CREATE TABLE booking (
        id text PRIMARY KEY,
        confirmation_number text NOT NULL UNIQUE,
        hotel text NOT NULL,
        status text NOT NULL CHECK (status IN (
            'DRAFT', 'PENDING_PAYMENT', 'PENDING_APPROVAL', 'CONFIRMED', 'IN_HOUSE', 'COMPLETED',
            'DECLINED', 'CANCELLED', 'EXPIRED', 'NO_SHOW'
        )),
        version integer NOT NULL CHECK (version > 0),
        source text NOT NULL CHECK (source IN ('online', 'staff')),
        room_type_code text NOT NULL,
        room_type_name text NOT NULL,
        check_in date NOT NULL,
        check_out date NOT NULL CHECK (check_out > check_in),
        adults integer NOT NULL,
        children integer NOT NULL,
        timezone text NOT NULL,
        currency text NOT NULL,
        total_amount bigint NOT NULL,
        terms jsonb NOT NULL,
        special_requests text NOT NULL,
        internal_notes text NOT NULL,
        late_arrival_expected boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        checkout_deadline_at timestamptz NOT NULL,
        seen_at timestamptz,
        due_at timestamptz,
        pending jsonb,
        action_due_at timestamptz,
        expires_at timestamptz CHECK (expires_at IS NOT NULL OR status <> 'PENDING_PAYMENT'),
        payment_status text NOT NULL,
        payment_provider text,
        payment_reference text,
        payment_id text,
        payment_intent_id text,
        payment_authorized_at timestamptz,
        paid_at timestamptz,
        captured bigint,
        refunded bigint CHECK (refunded <= coalesce(captured, refunded)),
        approval_deadline_at timestamptz CHECK (approval_deadline_at IS NOT NULL OR status <> 'PENDING_APPROVAL'),
        decision_made_at timestamptz,
        decision_made_by jsonb,
        reason_code text,
        reason_note text,
        confirmed_at timestamptz,
        confirmed_by jsonb,
        assigned_room_number text CHECK (assigned_room_number IS NOT NULL OR status <> 'IN_HOUSE'),
        assigned_room_type text,
        assignment_notes text,
        in_house jsonb CHECK (in_house IS NULL OR status = 'IN_HOUSE'),
        checked_in_at timestamptz,
        checked_in_by jsonb,
        checked_out_at timestamptz,
        checked_out_by jsonb,
        cancelled_at timestamptz,
        cancelled_by jsonb,
        cancellation_reason text,
        cancellation_fee bigint CHECK (cancellation_fee <= total_amount),
        refund_amount bigint,
        refund_status text,
        balance_due bigint,
        expired_at timestamptz,
        expiry_reason text,
        ended_at timestamptz CHECK ((ended_at IS NOT NULL) = (
            status IN ('COMPLETED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'NO_SHOW')
        ))
    )
    """,
    "CREATE INDEX booking_newest ON booking (hotel, created_at DESC, id DESC)",
    "CREATE INDEX booking_by_status ON booking (hotel, status, check_in)",
    "CREATE INDEX booking_by_check_in ON booking (hotel, check_in, id)",
    "CREATE INDEX booking_by_check_out ON booking (hotel, check_out, id)",
    "CREATE INDEX booking_by_room ON booking (hotel, assigned_room_number) WHERE assigned_room_number IS NOT NULL",
    "CREATE INDEX booking_due ON booking (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX booking_action_due ON booking (action_due_at) WHERE action_due_at IS NOT NULL",
    """
    CREATE TABLE guest (
        booking_id text PRIMARY KEY REFERENCES booking,
        hotel text NOT NULL,
        first_name text NOT NULL,
        last_name text NOT NULL,
        email text NOT NULL,
        phone text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        token_generation integer NOT NULL,
        search text NOT NULL
    )
    """,
    "CREATE INDEX guest_search ON guest USING gin (hotel, search gin_trgm_ops)",
    """
    CREATE TABLE access_code (
        code_hash text PRIMARY KEY,
        booking_id text NOT NULL REFERENCES booking,
        ends_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    """
    CREATE TABLE hold (
        booking_id text PRIMARY KEY,
        hotel text NOT NULL,
        held_at timestamptz NOT NULL,
        check_at timestamptz
    )
    """,
    "CREATE INDEX hold_due ON hold (check_at) WHERE check_at IS NOT NULL",
    """
    CREATE TABLE communication (
        notice_id text PRIMARY KEY,
        booking_id text NOT NULL,
        occasion text NOT NULL,
        medium text NOT NULL,
        delivery_status text NOT NULL,
        failure_reason text,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX communication_of_booking ON communication (booking_id)",
    """
    CREATE TABLE payment_fact (
        event_id uuid PRIMARY KEY,
        booking_id text NOT NULL,
        what text NOT NULL,
        why text NOT NULL,
        trace_id text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX payment_fact_of_booking ON payment_fact (booking_id)",
)


def upgrade() -> None:
    tables.create_all(op.get_bind())
    for statement in STATEMENTS:
        op.execute(statement)
