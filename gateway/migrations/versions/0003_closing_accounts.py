"""Gives tokens an end that use does not postpone; adds devices, failed sign-ins, and the audit list of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

EVENTS = (
    "ADDED", "SIGNED_IN", "SIGN_IN_FAILED", "SIGNED_OUT", "PASSWORD_CHANGED", "PASSWORD_CHANGE_FAILED",
    "PASSWORD_RESET", "CLOSED", "SIGNED_OUT_EVERYWHERE",
)  # fmt: skip
END_OLD_TOKENS = """
UPDATE staff_token SET ends_at = created_at + interval '7 days',
    expires_at = least(expires_at, created_at + interval '7 days')
"""


def upgrade() -> None:
    """Tokens that exist end seven days after their sign-in."""
    op.add_column("staff_token", sa.Column("ends_at", sa.DateTime(timezone=True)))
    op.execute(END_OLD_TOKENS)
    op.alter_column("staff_token", "ends_at", nullable=False)
    op.create_check_constraint("token_expires_by_its_end", "staff_token", "expires_at <= ends_at")
    op.create_table(
        "staff_device",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("staff_account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("length(hash) = 32", name="device_hash_is_sha256"),
    )
    op.create_index("staff_device_by_account", "staff_device", ["account_id"])
    op.create_table(
        "staff_throttle",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="throttle_hash_is_sha256"),
        sa.CheckConstraint("failures >= 0", name="failures_are_counted"),
    )
    op.create_index("staff_throttle_by_age", "staff_throttle", ["began_at"])
    op.create_table(
        "staff_audit",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("done_by", sa.Uuid),
        sa.Column("network", sa.Text, nullable=False),
        sa.CheckConstraint("event IN (" + ", ".join(f"'{event}'" for event in EVENTS) + ")", name="event_is_known"),
    )
    op.create_index("staff_audit_by_account", "staff_audit", ["account_id", "id"])
