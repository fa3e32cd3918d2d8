"""The action log: the actions that were carried out, each with the reply for a repeated ask."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.transactions.records import WriteLate
from services.rooms.store.base import RoomsStore

BEGIN = sa.text("""
WITH begun AS (
    INSERT INTO action (hotel, action_id, kind, booking_id, done_at)
    VALUES (:hotel, :action_id, :kind, :booking_id, :now)
    ON CONFLICT DO NOTHING RETURNING action_id
), locked AS (
    SELECT booking_id FROM hold WHERE hotel = :hotel AND booking_id = :booking_id AND EXISTS (SELECT FROM begun)
    FOR NO KEY UPDATE
)
SELECT EXISTS (SELECT FROM begun) AS is_new, (SELECT count(*) FROM locked) AS holds
""")
REPLY = sa.text("SELECT kind, booking_id, reply FROM action WHERE hotel = :hotel AND action_id = :action_id")
FINISH = """
UPDATE action SET reply = CAST(:action_reply AS jsonb) WHERE hotel = :action_hotel AND action_id = :action_id
AND {after}
"""


class SqlActionLog(RoomsStore):
    """The table `action`, whose key is the hotel with the action id. `write_late` writes just before the commit."""

    def __init__(self, connection: sa.Connection, *, write_late: WriteLate) -> None:
        super().__init__(connection)
        self._write_late = write_late

    def begin(self, hotel: str, action_id: str, *, kind: str, booking_id: str, now: datetime) -> bool:
        """Insert the action, and lock the hold of its booking; returns False where the log has the action already.

        Waits for a transaction that inserts the same action. The hold is to be read by a later statement.
        """
        row = {"hotel": hotel, "action_id": action_id, "kind": kind, "booking_id": booking_id, "now": now}
        return bool(self._connection.execute(BEGIN, row).one().is_new)

    def reply(self, hotel: str, action_id: str) -> tuple[str, str, Any]:
        """The kind, the booking id and the stored reply of an action in the log."""
        row = self._connection.execute(REPLY, {"hotel": hotel, "action_id": action_id}).one()
        return row.kind, row.booking_id, row.reply

    def finish(self, hotel: str, action_id: str, reply: Any) -> None:
        """Store the reply in the same transaction as the action, together with what the transaction records."""
        row = {"action_hotel": hotel, "action_id": action_id, "action_reply": codec.encode(reply).decode()}
        self._write_late(FINISH, row)
