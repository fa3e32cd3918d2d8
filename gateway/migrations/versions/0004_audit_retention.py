"""Bounds the audit list of accounts: attempts to sign in are deleted after 90 days, and changes of accounts stay."""

from alembic import op

revision = "0004"
down_revision = "0003"

ATTEMPTS = "event IN ('SIGNED_IN', 'SIGN_IN_FAILED', 'SIGNED_OUT', 'PASSWORD_CHANGE_FAILED')"
# Runs as the owner of the table: the running role can delete no row of its own choice.
DELETE_OLD_ATTEMPTS = f"""
CREATE FUNCTION delete_old_attempts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM staff_audit WHERE id IN (
        SELECT id FROM staff_audit WHERE {ATTEMPTS} AND at < now() - interval '90 days'
        ORDER BY at LIMIT 1000 FOR UPDATE SKIP LOCKED
    );
    RETURN NULL;
END
$$
"""  # noqa: S608 - a constant
AFTER_INSERT = """
CREATE TRIGGER staff_audit_is_bounded AFTER INSERT ON staff_audit
FOR EACH STATEMENT EXECUTE FUNCTION delete_old_attempts()
"""


def upgrade() -> None:
    """Each insertion deletes up to 1,000 old attempts, so that the table shrinks faster than the table grows."""
    op.execute(f"CREATE INDEX staff_audit_by_age ON staff_audit (at) WHERE {ATTEMPTS}")
    op.execute(DELETE_OLD_ATTEMPTS)
    op.execute(AFTER_INSERT)
