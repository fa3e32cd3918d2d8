"""Takes the names of staff out of events and columns; the ids of their accounts stay."""

from alembic import op

from chassis.transactions.tables import EVENTS_NAME_NOBODY, without_name

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(EVENTS_NAME_NOBODY)
    booking = ("decision_made_by", "confirmed_by", "checked_in_by", "checked_out_by", "cancelled_by")
    op.execute(without_name("booking", *booking))
    op.execute(without_name("overstay", "acknowledged_by", "closed_by"))
    op.execute(without_name("communication", "staff_member"))
    op.execute(without_name("chat_message", "by"))
    op.execute(without_name("room_order", "accepted_by", "closed_by"))
    op.execute(
        "UPDATE booking SET pending = pending #- '{by,name}', "
        "overstay = overstay #- '{acknowledged_by,name}' #- '{closed_by,name}' "
        "WHERE pending IS NOT NULL OR overstay IS NOT NULL"
    )
