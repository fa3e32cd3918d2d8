"""The provider's notices: stored before they are answered, applied from here, never lost."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.payments.cards import Notice
from services.payments.store.tables import WEBHOOK

_NAMES = ("event_id", "type", "created", "object_id", "payment_id", "session_id", "intent_id")


class Outcome(StrEnum):
    """What became of a notice: waiting to be applied, applied, of no concern, or put aside with a reason."""

    STORED = "STORED"
    APPLIED = "APPLIED"
    IGNORED = "IGNORED"
    PARKED = "PARKED"


class SqlWebhooks:
    """Each method is one statement. Kept is what a notice is about, not what it says of people."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def store(self, notice: Notice, outcome: Outcome) -> bool:
        """Keep a notice; False where it was here before."""
        values = {name: getattr(notice, name) for name in _NAMES}
        statement = insert(WEBHOOK).values(**values, outcome=outcome).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(WEBHOOK.c.event_id)).first() is not None

    def get(self, event_id: str) -> Notice:
        """A stored notice."""
        row = self._connection.execute(sa.select(WEBHOOK).where(WEBHOOK.c.event_id == event_id)).mappings().one()
        return Notice(**{name: row[name] for name in _NAMES})

    def settle(self, event_id: str, outcome: Outcome, reason: str = "", *, payment_id: str | None = None) -> None:
        """Note what became of a notice, and whose it was."""
        values = {"outcome": outcome, "reason": reason, "settled_at": sa.func.now()}
        if payment_id:
            values["payment_id"] = payment_id
        self._connection.execute(WEBHOOK.update().where(WEBHOOK.c.event_id == event_id).values(**values))
