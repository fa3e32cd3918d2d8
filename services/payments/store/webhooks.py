"""The provider's notices: stored before they are answered, applied from here, never lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A notice in the store, what became of it, and how long it has been here (wall time)."""

    notice: Notice
    outcome: Outcome
    reason: str
    received_at: datetime
    settled_at: datetime | None
    waited: timedelta


_ALL = sa.select(WEBHOOK, (sa.func.clock_timestamp() - WEBHOOK.c.received_at).label("waited"))


class SqlWebhooks:
    """Each method is one statement. Kept is what a notice is about, not what it says of people."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def store(self, notice: Notice, outcome: Outcome) -> bool:
        """Keep a notice; False where it was here before."""
        values = {name: getattr(notice, name) for name in _NAMES}
        statement = insert(WEBHOOK).values(**values, outcome=outcome).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(WEBHOOK.c.event_id)).first() is not None

    def get(self, event_id: str) -> Kept | None:
        """A stored notice."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id))

    def lock(self, event_id: str) -> Kept | None:
        """A stored notice, held until the end of the transaction."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id).with_for_update())

    def page(self, outcomes: Sequence[str], *, after: str | None, limit: int) -> list[Kept]:
        """So many with one of these outcomes, in the order in which they came, after that one."""
        order = sa.tuple_(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        found = _ALL.where(WEBHOOK.c.outcome.in_(outcomes)).order_by(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        if after:
            there = sa.select(WEBHOOK.c.received_at, WEBHOOK.c.event_id).where(WEBHOOK.c.event_id == after)
            found = found.where(order > there.scalar_subquery())
        return [_kept(row) for row in self._connection.execute(found.limit(limit)).mappings()]

    def settle(self, event_id: str, outcome: Outcome, reason: str = "", *, payment_id: str | None = None) -> None:
        """Note what became of a notice, and whose it was."""
        values = {"outcome": outcome, "reason": reason, "settled_at": sa.func.now()}
        if payment_id:
            values["payment_id"] = payment_id
        self._connection.execute(WEBHOOK.update().where(WEBHOOK.c.event_id == event_id).values(**values))

    def _one(self, choice: sa.Select[Any]) -> Kept | None:
        row = self._connection.execute(choice).mappings().first()
        return _kept(row) if row else None


def _kept(row: sa.RowMapping) -> Kept:
    return Kept(
        notice=Notice(**{name: row[name] for name in _NAMES}),
        outcome=Outcome(row["outcome"]),
        reason=row["reason"],
        received_at=row["received_at"],
        settled_at=row["settled_at"],
        waited=row["waited"],
    )
