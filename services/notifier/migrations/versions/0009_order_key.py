"""Adds the order key of a job: the subject of a push."""

from alembic import op

from chassis.transactions.tables import ORDER_KEY

revision = "0009"
down_revision = "0008"

OF_PUSHES = """
UPDATE job SET order_key = payload ->> 'subject' WHERE kind = 'PushNotice';
UPDATE job SET order_key = 'availability/' || (payload ->> 'hotel') WHERE kind = 'PushAvailability'
"""


def upgrade() -> None:
    op.execute(ORDER_KEY)
    op.execute(OF_PUSHES)
