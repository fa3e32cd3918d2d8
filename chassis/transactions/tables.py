"""The tables that every service has: outbox, inbox, idempotency, jobs, audit, lease and clock."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

METADATA = sa.MetaData()


def _moment(name: str, *, default: bool = False, nullable: bool = True) -> sa.Column[datetime]:
    server_default = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


# Every event of this service, never deleted: the feed. The relay publishes the rows without `published_at`.
OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("id", sa.Uuid, nullable=False, unique=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("hotel", sa.Text, nullable=False),
    sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    sa.Column("data", JSONB, nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False, server_default=""),
    sa.Column("correlation_id", sa.Text, nullable=False, server_default=""),
    sa.Column("causation_id", sa.Text, nullable=False, server_default=""),
    _moment("recorded_at", default=True, nullable=False),
    _moment("published_at"),
    _moment("next_try_at"),
    sa.UniqueConstraint("subject", "sequence", name="outbox_one_event_per_number"),
    sa.Index("outbox_unpublished", "position", postgresql_where=sa.text("published_at IS NULL")),
)

# The last sequence of each subject whose rows have no version column.
STREAM = sa.Table(
    "stream",
    METADATA,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

# Every event that this service has applied. The row is inserted before the handler runs, in the same transaction.
INBOX = sa.Table(
    "inbox",
    METADATA,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, server_default="applied"),
    _moment("applied_at", default=True, nullable=False),
)

# The last sequence that was applied, per owner and subject.
INBOX_POSITION = sa.Table(
    "inbox_position",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

# Replies to commands with an Idempotency-Key. Without an answer, the command is leased to `holder` until
# `claimed_until`; after that the command has failed, and the row is taken over by the same request. `memo` is what the
# command stores for its own repetition.
IDEMPOTENCY = sa.Table(
    "idempotency",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("answer", JSONB(none_as_null=True)),
    sa.Column("holder", sa.Text),
    sa.Column("memo", JSONB(none_as_null=True)),
    _moment("claimed_until", nullable=False),
    _moment("created_at", default=True, nullable=False),
)

# Calls to the outside world, retried until they succeed or are given up. The jobs of an ordered kind that have the same
# `order_key` are made one after the other, by position.
JOB = sa.Table(
    "job",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("order_key", sa.Text, nullable=False, server_default=""),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    _moment("not_before"),  # the domain's time
    _moment("try_at", default=True, nullable=False),  # wall time, as is all below
    _moment("created_at", default=True, nullable=False),
    _moment("done_at"),
    _moment("gave_up_at"),
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Index("job_open", "kind", "position", postgresql_where=sa.text("done_at IS NULL AND gave_up_at IS NULL")),
)

# One row per change: who, what, from, to, when, why. Holds no person: `by` has the id of a member of staff and no name,
# and `why` the service's own words. What a person wrote with the change is its remark.
AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("by", JSONB, nullable=False),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("trace_id", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("subject", "sequence", "hotel", name="audit_one_row_per_change"),
    sa.CheckConstraint("NOT by ? 'name'", name="audit_names_nobody"),
)

# The reason or note that a person wrote with a change, beside the change's audit row. Can be erased.
REMARK = sa.Table(
    "remark",
    METADATA,
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
)

# The relay that may publish the outbox. `epoch` rises with every change of holder and fences every write.
LEASE = sa.Table(
    "lease",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    _moment("expires_at", nullable=False),
)

# The processes that consume the inbox; `partitions` is the number in the process's settings, `progress` an
# `InboxProgress`. A process whose row has expired holds no partition any longer.
INBOX_PROCESS = sa.Table(
    "inbox_process",
    METADATA,
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("partitions", sa.Integer, nullable=False),
    _moment("expires_at", nullable=False),
    sa.Column("progress", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
)

# The process that consumes a partition of the inbox, and `since` when; none where `holder` is null.
INBOX_PARTITION = sa.Table(
    "inbox_partition",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("holder", sa.Text, sa.ForeignKey("inbox_process.holder", ondelete="SET NULL")),
    _moment("since", default=True, nullable=False),
)

# How many seconds the domain's clock runs ahead of wall time, in demo mode.
CLOCK = sa.Table(
    "clock",
    METADATA,
    sa.Column("one_row", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("ahead_seconds", sa.Float, nullable=False, server_default="0"),
    sa.CheckConstraint("one_row", name="clock_has_one_row"),
)

# Wakes the relay at each commit; the service makes no further round trip for it.
NOTIFY = (
    """
    CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER outbox_wakes_relay AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION wake_relay()
    """,
)

# For a database whose first migration had no leased claims.
LEASED_CLAIMS = "ALTER TABLE idempotency ADD COLUMN IF NOT EXISTS holder text, ADD COLUMN IF NOT EXISTS memo jsonb"

# For a database whose first migration had no leases of inbox partitions.
INBOX_LEASES = (
    """
    CREATE TABLE IF NOT EXISTS inbox_process (
        holder text PRIMARY KEY, partitions integer NOT NULL, expires_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS inbox_partition (
        number integer PRIMARY KEY, holder text REFERENCES inbox_process ON DELETE SET NULL
    )
    """,
)

# For a database whose first migration had no progress of the processes.
INBOX_PROGRESS = (
    "ALTER TABLE inbox_process ADD COLUMN IF NOT EXISTS progress jsonb NOT NULL DEFAULT '{}'::jsonb",
    "ALTER TABLE inbox_partition ADD COLUMN IF NOT EXISTS since timestamptz NOT NULL DEFAULT now()",
)

# For a database whose first migration had no order keys of jobs.
ORDER_KEY = "ALTER TABLE job ADD COLUMN IF NOT EXISTS order_key text NOT NULL DEFAULT ''"

# For a database whose first migration had no hotel in the audit rows: `{hotel}` is the SQL for the hotel of a row.
AUDIT_HOTEL = """
ALTER TABLE audit ADD COLUMN IF NOT EXISTS hotel text;
UPDATE audit SET hotel = coalesce({hotel}, '') WHERE hotel IS NULL;
ALTER TABLE audit DROP CONSTRAINT audit_pkey, ADD PRIMARY KEY (position, hotel),
    DROP CONSTRAINT audit_one_row_per_change,
    ADD CONSTRAINT audit_one_row_per_change UNIQUE (subject, sequence, hotel)
"""

# For a database whose audit rows held names of staff, and people's words where `{written}` is true of a row.
AUDIT_HOLDS_NO_PERSON = """
CREATE TABLE IF NOT EXISTS remark (
    hotel text NOT NULL, subject text NOT NULL, sequence integer NOT NULL, text text NOT NULL,
    PRIMARY KEY (hotel, subject, sequence)
);
INSERT INTO remark (hotel, subject, sequence, text)
SELECT hotel, subject, sequence, why FROM audit WHERE why <> '' AND ({written});
UPDATE audit SET why = CASE WHEN {written} THEN '' ELSE why END, by = by - 'name'
WHERE by ? 'name' OR (why <> '' AND ({written}));
ALTER TABLE audit DROP CONSTRAINT IF EXISTS audit_names_nobody,
    ADD CONSTRAINT audit_names_nobody CHECK (NOT by ? 'name')
"""

# For a database whose events held names of staff beside the ids.
EVENTS_NAME_NOBODY = """
UPDATE outbox SET data = (
    SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'object' AND value ?& '{kind,id,name}'
        THEN value - 'name' ELSE value END)
    FROM jsonb_each(data)
) WHERE EXISTS (SELECT FROM jsonb_each(data) WHERE jsonb_typeof(value) = 'object' AND value ?& '{kind,id,name}')
"""


def without_name(table: str, *columns: str) -> str:
    """The SQL that takes the names of actors out of columns that hold one actor each."""
    values = ", ".join(f"{column} = {column} - 'name'" for column in columns)
    named = " OR ".join(f"{column} ? 'name'" for column in columns)
    return f"UPDATE {table} SET {values} WHERE {named}"  # noqa: S608


# For a database whose first migration ran under the old names; a newer one has the new names from the start.
RENAMES = (
    "ALTER TABLE IF EXISTS errand RENAME TO job",
    "ALTER TABLE IF EXISTS heard RENAME TO inbox_position",
    "ALTER INDEX IF EXISTS errand_open RENAME TO job_open",
    "ALTER INDEX IF EXISTS errand_pkey RENAME TO job_pkey",
    "ALTER INDEX IF EXISTS errand_key_key RENAME TO job_key_key",
    "ALTER INDEX IF EXISTS heard_pkey RENAME TO inbox_position_pkey",
    "ALTER SEQUENCE IF EXISTS errand_position_seq RENAME TO job_position_seq",
)


def create_all(connection: sa.Connection) -> None:
    """Create the tables; a service's first migration calls this."""
    METADATA.create_all(connection)
    for statement in NOTIFY:
        connection.execute(sa.text(statement))
    connection.execute(CLOCK.insert().values(one_row=True))
