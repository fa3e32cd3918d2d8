"""The gateway's own tables: staff accounts, and the tokens of signed-in staff."""

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
)
