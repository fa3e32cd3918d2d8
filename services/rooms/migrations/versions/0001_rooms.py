"""Creates hotels, rooms, nights, periods, holds and prices; constraints guarantee no oversale and no overlap."""

import sqlalchemy as sa
from alembic import op

from chassis.transactions.tables import create_all

revision = "0001"
down_revision = None

STATUSES = (
    "READY_FOR_GUEST",
    "OCCUPIED",
    "CHECKOUT_DIRTY",
    "CLEANING_IN_PROGRESS",
    "CLEANED_UNINSPECTED",
    "MAINTENANCE_REQUIRED",
    "OUT_OF_ORDER",
)

HOTELS = """
CREATE TABLE hotel (
    slug text PRIMARY KEY,
    name text NOT NULL,
    code text NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL,
    tax_percent numeric NOT NULL CHECK (tax_percent >= 0),
    page jsonb NOT NULL,
    settings jsonb NOT NULL,
    policy jsonb NOT NULL,
    wifi jsonb NOT NULL,
    version integer NOT NULL,
    nights_through date NOT NULL
);
CREATE TABLE room_type (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel text NOT NULL REFERENCES hotel,
    code text NOT NULL,
    name text NOT NULL,
    max_occupancy integer NOT NULL CHECK (max_occupancy > 0),
    base_price bigint NOT NULL CHECK (base_price >= 0),
    bed_setup text NOT NULL,
    photo text NOT NULL,
    CONSTRAINT room_type_one_code UNIQUE (hotel, code)
);
"""

ROOMS = """
CREATE TABLE room (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel text NOT NULL REFERENCES hotel,
    room_number text NOT NULL,
    room_type_id integer NOT NULL REFERENCES room_type,
    status text NOT NULL CHECK (status IN ({statuses})),
    is_active boolean NOT NULL DEFAULT true,
    floor integer,
    notes text NOT NULL DEFAULT '',
    last_cleaned_at timestamptz,
    last_inspected_at timestamptz,
    occupied_by text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT room_one_number UNIQUE (hotel, room_number),
    CONSTRAINT room_one_home_each UNIQUE (occupied_by),
    CONSTRAINT room_occupied_by_somebody CHECK ((status = 'OCCUPIED') = (occupied_by IS NOT NULL))
);
CREATE INDEX room_of_type ON room (room_type_id);
CREATE TABLE cleaning_task (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id integer NOT NULL REFERENCES room,
    booking_id text NOT NULL,
    opened_at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE UNIQUE INDEX cleaning_task_one_open ON cleaning_task (room_id) WHERE done_at IS NULL;
"""

# Guarantee 1, no oversell. `price` is the daily rate; NULL stands for the room type's base price.
NIGHTS = """
CREATE TABLE night (
    room_type_id integer NOT NULL REFERENCES room_type,
    night date NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 0),
    sold integer NOT NULL DEFAULT 0 CHECK (sold >= 0),
    overbooking integer NOT NULL DEFAULT 0 CHECK (overbooking >= 0),
    price bigint CHECK (price >= 0),
    PRIMARY KEY (room_type_id, night),
    CONSTRAINT night_no_oversell CHECK (sold <= capacity + overbooking)
) WITH (fillfactor = 80);
"""

# Guarantee 2, no room twice.
PERIODS = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE period (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id integer NOT NULL REFERENCES room,
    kind text NOT NULL CHECK (kind IN ('STAY', 'BLOCK')),
    nights daterange NOT NULL,
    booking_id text,
    reason text NOT NULL DEFAULT '',
    live boolean NOT NULL DEFAULT true,
    began_at timestamptz NOT NULL,
    moved_in_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT period_of_a_booking CHECK ((kind = 'STAY') = (booking_id IS NOT NULL)),
    CONSTRAINT period_lives_or_ended CHECK (live = (ended_at IS NULL)),
    CONSTRAINT period_no_room_twice EXCLUDE USING gist (room_id WITH =, nights WITH &&) WHERE (live)
);
CREATE UNIQUE INDEX period_one_room_each ON period (booking_id) WHERE live;
"""

HOLDS = """
CREATE TABLE hold (
    booking_id text PRIMARY KEY,
    hotel text NOT NULL,
    room_type_id integer NOT NULL,
    check_in date NOT NULL,
    check_out date NOT NULL,
    answer jsonb NOT NULL,
    held_at timestamptz NOT NULL,
    ended_at timestamptz,
    version integer NOT NULL
);
CREATE TABLE hold_part (
    booking_id text NOT NULL REFERENCES hold,
    first_night date NOT NULL,
    until date NOT NULL,
    room_type_id integer NOT NULL,
    PRIMARY KEY (booking_id, first_night),
    CHECK (first_night < until)
);
CREATE TABLE action (
    action_id text PRIMARY KEY,
    kind text NOT NULL,
    booking_id text NOT NULL,
    reply jsonb,
    done_at timestamptz NOT NULL
);
"""

PRICES = """
CREATE TABLE promotion (
    hotel text NOT NULL REFERENCES hotel,
    code text NOT NULL CHECK (code = upper(code)),
    kind text NOT NULL CHECK (kind IN ('PERCENT', 'FIXED')),
    value numeric NOT NULL CHECK (value >= 0),
    starts_on date,
    ends_on date,
    room_type_id integer REFERENCES room_type,
    min_nights integer NOT NULL DEFAULT 1,
    max_nights integer,
    PRIMARY KEY (hotel, code)
);
CREATE TABLE quote (
    quote_id text PRIMARY KEY,
    hotel text NOT NULL,
    room_type_id integer NOT NULL,
    check_in date NOT NULL,
    check_out date NOT NULL,
    price jsonb NOT NULL,
    valid_until timestamptz NOT NULL,
    kept_for text
);
CREATE INDEX quote_by_age ON quote (valid_until);
"""


def upgrade() -> None:
    create_all(op.get_bind())
    rooms = ROOMS.format(statuses=", ".join(f"'{status}'" for status in STATUSES))
    for tables in (HOTELS, rooms, NIGHTS, PERIODS, HOLDS, PRICES):
        op.get_bind().execute(sa.text(tables))
