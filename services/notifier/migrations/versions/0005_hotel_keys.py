"""Puts the hotel into every key; a notice and an event's notices are also found where the hotel is not known."""

from alembic import op

from chassis.transactions.tables import AUDIT_HOTEL

revision = "0005"
down_revision = "0004"

NOTICE = """
ALTER TABLE notice DROP CONSTRAINT notice_pkey, ADD PRIMARY KEY (id, hotel),
    DROP CONSTRAINT notice_once_per_fact,
    ADD CONSTRAINT notice_once_per_fact UNIQUE (event_id, hotel, medium, occasion)
"""
AUDIT = AUDIT_HOTEL.format(hotel="''")  # the notifier writes no audit rows


def upgrade() -> None:
    op.execute(NOTICE)
    op.execute(AUDIT)
