"""Writes names of staff in composed form, and addresses as they are compared at a sign-in."""

import sqlalchemy as sa
from alembic import op

from chassis.email_address import address_key
from chassis.text import normalised

revision = "0002"
down_revision = "0001"

OTHERS = sa.text("SELECT id, email, name FROM staff_account WHERE email || name ~ '[^ -~]' ORDER BY created_at")
WRITE = sa.text("""
UPDATE staff_account SET name = :name, email = CASE
    WHEN EXISTS (SELECT FROM staff_account other WHERE other.email = :email AND other.id <> :id)
    THEN staff_account.email ELSE :email END
WHERE id = :id
""")


def upgrade() -> None:
    """Accounts whose addresses would become equal keep theirs."""
    if op.get_context().as_sql:
        return
    connection = op.get_bind()
    for row in connection.execute(OTHERS).all():
        values = {"id": row.id, "email": address_key(row.email), "name": normalised(row.name)}
        connection.execute(WRITE, values)
