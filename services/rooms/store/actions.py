"""The action log: the actions that were carried out, each with the reply for a repeated ask."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from services.rooms.store.base import RoomsStore

BEGIN = sa.text("""
INSERT INTO action (hotel, action_id, kind, booking_id, done_at)
VALUES (:hotel, :action_id, :kind, :booking_id, :now)
ON CONFLICT DO NOTHING RETURNING action_id
""")
REPLY = sa.text("SELECT kind, booking_id, reply FROM action WHERE hotel = :hotel AND action_id = :action_id")
FINISH = sa.text("""
UPDATE action SET reply = CAST(:reply AS jsonb) WHERE hotel = :hotel AND action_id = :action_id
""")


class SqlActionLog(RoomsStore):
    """The table `action`, whose key is the hotel with the action id."""

    def begin(self, hotel: str, action_id: str, *, kind: str, booking_id: str, now: datetime) -> bool:
        """Insert the action; returns False where the log has the action already.

        Waits for a transaction that inserts the same action.
        """
        row = {"hotel": hotel, "action_id": action_id, "kind": kind, "booking_id": booking_id, "now": now}
        return self._connection.execute(BEGIN, row).one_or_none() is not None

    def reply(self, hotel: str, action_id: str) -> tuple[str, str, Any]:
        """The kind, the booking id and the stored reply of an action in the log."""
        row = self._connection.execute(REPLY, {"hotel": hotel, "action_id": action_id}).one()
        return row.kind, row.booking_id, row.reply

    def finish(self, hotel: str, action_id: str, reply: Any) -> None:
        """Store the reply, in the same transaction as the action."""
        row = {"hotel": hotel, "action_id": action_id, "reply": codec.encode(reply).decode()}
        self._connection.execute(FINISH, row)
