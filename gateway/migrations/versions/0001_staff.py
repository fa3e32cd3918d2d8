"""Staff accounts and their tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of accounts and tokens."""
    op.create_table(
        "staff_account",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hotel", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("is_superuser", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.UniqueConstraint("email", name="staff_account_one_per_email"),
        sa.CheckConstraint(
            "role IN ('front_desk', 'housekeeping', 'housekeeping_supervisor', 'manager')", name="role_is_known"
        ),
    )
    op.create_index("staff_account_by_hotel", "staff_account", ["hotel", "email"])
    op.create_table(
        "staff_token",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("staff_account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash_is_sha256"),
    )
    op.create_index("staff_token_by_account", "staff_token", ["account_id"])
