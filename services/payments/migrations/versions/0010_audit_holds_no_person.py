"""Takes the names of staff and people's words out of the audit rows; the words become remarks."""

from alembic import op

from chassis.transactions.tables import AUDIT_HOLDS_NO_PERSON

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(AUDIT_HOLDS_NO_PERSON.format(written="false"))
