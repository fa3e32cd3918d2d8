"""Adds an index of the webhook events that wait to be applied, by the intent that they are about."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """The index holds few rows, those that wait, so that it is built at once."""
    op.execute("CREATE INDEX webhook_stored_of_intent ON webhook (intent_id) WHERE outcome = 'STORED'")
