"""The gateway's own tables: staff accounts, their tokens and devices, failed sign-ins, and the audit list."""

import sqlalchemy as sa

METADATA = sa.MetaData()

ACCOUNT = sa.Table(
    "staff_account",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),  # an `address_key`
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hotel", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("is_superuser", sa.Boolean, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

TOKEN = sa.Table(
    "staff_token",
    METADATA,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("staff_account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),  # use extends `expires_at` up to `ends_at`
)

DEVICE = sa.Table(
    "staff_device",
    METADATA,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("staff_account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

THROTTLE = sa.Table(
    "staff_throttle",
    METADATA,
    sa.Column("hash", sa.LargeBinary, primary_key=True),  # of what is throttled, whether or not an account has it
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
)

AUDIT = sa.Table(
    "staff_audit",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("account_id", sa.Uuid),  # null: no account has the address that somebody tried to sign in with
    sa.Column("done_by", sa.Uuid),  # the account that did this; null: the command line, or a stranger
    sa.Column("network", sa.Text, nullable=False),  # empty: the command line, or a sign-out
)
