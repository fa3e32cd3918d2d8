"""Which asks have been carried out, and what was answered: the same action again gets the same answer."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec

BEGIN = sa.text("""
INSERT INTO action (action_id, kind, booking_id, done_at) VALUES (:action_id, :kind, :booking_id, :now)
ON CONFLICT DO NOTHING RETURNING action_id
""")
REPLY = sa.text("SELECT kind, booking_id, reply FROM action WHERE action_id = :action_id")
FINISH = sa.text("UPDATE action SET reply = CAST(:reply AS jsonb) WHERE action_id = :action_id")


class Actions:
    """The actions of bookings, by id."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def begin(self, action_id: str, *, kind: str, booking_id: str, now: datetime) -> bool:
        """Take the action; False: it is done. Waits for one that is being done elsewhere."""
        row = {"action_id": action_id, "kind": kind, "booking_id": booking_id, "now": now}
        return self._connection.execute(BEGIN, row).one_or_none() is not None

    def reply(self, action_id: str) -> tuple[str, str, Any]:
        """The kind, booking and stored reply of an action that is done."""
        row = self._connection.execute(REPLY, {"action_id": action_id}).one()
        return row.kind, row.booking_id, row.reply

    def finish(self, action_id: str, reply: Any) -> None:
        """Keep what was answered; committed with the effect."""
        self._connection.execute(FINISH, {"action_id": action_id, "reply": codec.encode(reply).decode()})
