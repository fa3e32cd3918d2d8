"""The tables of every service's mailbox: what it has published, heard, answered, and still owes the world."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

METADATA = sa.MetaData()


def _moment(name: str, *, default: bool = False, nullable: bool = True) -> sa.Column[datetime]:
    server_default = sa.text("now()") if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


# Every event of this service, for ever: the feed. Unpublished ones are what the relay has still to carry.
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

# Where a subject's numbers stand, for events whose subject has no version of its own.
STREAM = sa.Table(
    "stream",
    METADATA,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

# Every event that this service has applied. Inserted first, in the handler's own transaction.
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

# The last number applied of each subject of each owner heard.
HEARD = sa.Table(
    "heard",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

# Answers to commands that carried an Idempotency-Key; no answer yet: still running, until the claim runs out.
IDEMPOTENCY = sa.Table(
    "idempotency",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("answer", JSONB(none_as_null=True)),
    _moment("claimed_until", nullable=False),
    _moment("created_at", default=True, nullable=False),
)

# What this service owes the outside world: a call to make, retried for as long as it means anything.
ERRAND = sa.Table(
    "errand",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", JSONB, nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    _moment("not_before"),  # the domain's time
    _moment("try_at", default=True, nullable=False),  # wall time, as is all below
    _moment("created_at", default=True, nullable=False),
    _moment("done_at"),
    _moment("gave_up_at"),
    sa.Column("last_error", sa.Text, nullable=False, server_default=""),
    sa.Index("errand_open", "kind", "position", postgresql_where=sa.text("done_at IS NULL AND gave_up_at IS NULL")),
)

# One row per recorded change: who, what, from, to, when, why.
AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("by", JSONB, nullable=False),
    sa.Column("from_status", sa.Text),
    sa.Column("to_status", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("trace_id", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("subject", "sequence", name="audit_one_row_per_change"),
)

# Who may carry the outbox. `epoch` rises with every change of hands, so that one who slept through it is found out.
LEASE = sa.Table(
    "lease",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    _moment("expires_at", nullable=False),
)

# How far a demonstration has moved the domain's clock.
CLOCK = sa.Table(
    "clock",
    METADATA,
    sa.Column("one_row", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("ahead_seconds", sa.Float, nullable=False, server_default="0"),
    sa.CheckConstraint("one_row", name="clock_has_one_row"),
)

# Wakes the relay at commit, without a round trip of its own.
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


def create_all(connection: sa.Connection) -> None:
    """What a service's first migration does for its mailbox."""
    METADATA.create_all(connection)
    for statement in NOTIFY:
        connection.execute(sa.text(statement))
    connection.execute(CLOCK.insert().values(one_row=True))
