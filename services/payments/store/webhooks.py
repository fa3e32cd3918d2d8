"""Webhook events of the provider: stored before they are acknowledged, applied later."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from services.payments.domain.webhook import ReceivedWebhook, WebhookEvent, WebhookOutcome
from services.payments.store.tables import WEBHOOK

_ALL = sa.select(WEBHOOK, (sa.func.clock_timestamp() - WEBHOOK.c.received_at).label("waited"))


class SqlWebhooks(SqlStore):
    """Stores an event's ids, type and times, and no personal data."""

    def store(self, event: WebhookEvent, outcome: WebhookOutcome) -> bool:
        """Store an event; returns False where the event is stored already."""
        statement = insert(WEBHOOK).values(**asdict(event), outcome=outcome).on_conflict_do_nothing()
        return self._connection.execute(statement.returning(WEBHOOK.c.event_id)).first() is not None

    def get(self, event_id: str) -> ReceivedWebhook | None:
        """One stored event, or None for an unknown id."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id))

    def lock(self, event_id: str) -> ReceivedWebhook | None:
        """One stored event, locked until the end of the transaction, or None for an unknown id."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id).with_for_update())

    def page(self, outcomes: Sequence[str], *, after: str | None, limit: int) -> list[ReceivedWebhook]:
        """Up to `limit` events with one of these outcomes, in order of arrival, after the event with the id `after`."""
        order = sa.tuple_(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        query = _ALL.where(WEBHOOK.c.outcome.in_(outcomes)).order_by(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        if after:
            cursor = sa.select(WEBHOOK.c.received_at, WEBHOOK.c.event_id).where(WEBHOOK.c.event_id == after)
            query = query.where(order > cursor.scalar_subquery())
        return [ReceivedWebhook(**row._asdict()) for row in self._connection.execute(query.limit(limit))]

    def count_by_outcome(self, outcomes: Sequence[str]) -> dict[str, int]:
        """The number of events with each of these outcomes. An outcome without events is left out."""
        query = sa.select(WEBHOOK.c.outcome, sa.func.count()).where(WEBHOOK.c.outcome.in_(outcomes))
        rows = self._connection.execute(query.group_by(WEBHOOK.c.outcome)).all()
        return {str(outcome): int(count) for outcome, count in rows}

    def set_outcome(
        self, event_id: str, outcome: WebhookOutcome, reason: str = "", *, payment_id: str | None = None
    ) -> None:
        """Store the outcome of an event, and the payment that the event concerns."""
        values = {"outcome": outcome, "reason": reason, "settled_at": sa.func.now()}
        if payment_id:
            values["payment_id"] = payment_id
        self._connection.execute(WEBHOOK.update().where(WEBHOOK.c.event_id == event_id).values(**values))

    def _one(self, query: sa.Select[Any]) -> ReceivedWebhook | None:
        row = self._connection.execute(query).first()
        return ReceivedWebhook(**row._asdict()) if row else None
