"""Takes the names of staff out of events and columns; the ids of their accounts stay."""

from alembic import op

from chassis.transactions.tables import EVENTS_NAME_NOBODY, without_name

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(EVENTS_NAME_NOBODY)
    op.execute(without_name("cleaning_task", "assignee", "done_by"))
