"""Webhook events of the provider: stored before they are acknowledged, applied later."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from services.payments.domain.webhook import ReceivedWebhook, WebhookEvent, WebhookOutcome
from services.payments.store.tables import WEBHOOK

WAITED: sa.Label[Any] = (sa.func.clock_timestamp() - WEBHOOK.c.received_at).label("waited")
STORED_WITH_IT: sa.Label[Any] = sa.literal_column(
    """(SELECT json_agg(other.event_id ORDER BY other.received_at) FROM webhook AS other
        WHERE other.outcome = 'STORED' AND other.intent_id = webhook.intent_id
        AND other.event_id <> webhook.event_id)""",
    sa.JSON,
).label("stored_with_it")
_ALL = sa.select(WEBHOOK, WAITED)
# The job of an event that is applied with others is done with them. A job that somebody has locked ends by itself: its
# event is not stored any more. So does a job that a replay enqueued, which has another key.
_APPLY = sa.text("""
    WITH waiting AS (
        SELECT event_id FROM webhook WHERE event_id = ANY(:event_ids) AND outcome IN ('STORED', 'PARKED')
        ORDER BY event_id FOR UPDATE
    ), applied AS (
        UPDATE webhook SET outcome = 'APPLIED', reason = '', payment_id = :payment_id, settled_at = now()
        FROM waiting WHERE webhook.event_id = waiting.event_id RETURNING webhook.event_id
    ), enqueued AS (
        SELECT position FROM job
        WHERE key IN (SELECT 'webhook:' || event_id FROM applied) AND done_at IS NULL AND gave_up_at IS NULL
        FOR UPDATE SKIP LOCKED
    )
    UPDATE job SET done_at = now(), last_error = '' WHERE position IN (SELECT position FROM enqueued)
""")


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
        return [webhook_of(row._mapping) for row in self._connection.execute(query.limit(limit))]

    def count_by_outcome(self, outcomes: Sequence[str]) -> dict[str, int]:
        """The number of events with each of these outcomes. An outcome without events is left out."""
        query = sa.select(WEBHOOK.c.outcome, sa.func.count()).where(WEBHOOK.c.outcome.in_(outcomes))
        rows = self._connection.execute(query.group_by(WEBHOOK.c.outcome)).all()
        return {str(outcome): int(count) for outcome, count in rows}

    def mark_applied(self, event_ids: Sequence[str], *, payment_id: str) -> None:
        """Mark events as applied to the payment, and the jobs that were enqueued with them as done."""
        self._connection.execute(_APPLY, {"event_ids": list(event_ids), "payment_id": payment_id})

    def is_applied(self, event_id: str) -> bool:
        """Whether an event is applied."""
        applied = (WEBHOOK.c.event_id == event_id) & (WEBHOOK.c.outcome == WebhookOutcome.APPLIED)
        return bool(self._connection.execute(sa.select(sa.exists().where(applied))).scalar_one())

    def park(self, event_id: str, reason: str) -> None:
        """Park an event that is stored, with the reason. An event that was applied meanwhile stays applied."""
        is_stored = (WEBHOOK.c.event_id == event_id) & (WEBHOOK.c.outcome == WebhookOutcome.STORED)
        values = {"outcome": WebhookOutcome.PARKED, "reason": reason, "settled_at": sa.func.now()}
        self._connection.execute(WEBHOOK.update().where(is_stored).values(**values))

    def set_outcome(self, event_id: str, outcome: WebhookOutcome, reason: str = "") -> None:
        """Store the outcome of an event."""
        values = {"outcome": outcome, "reason": reason, "settled_at": sa.func.now()}
        self._connection.execute(WEBHOOK.update().where(WEBHOOK.c.event_id == event_id).values(**values))

    def _one(self, query: sa.Select[Any]) -> ReceivedWebhook | None:
        row = self._connection.execute(query).first()
        return webhook_of(row._mapping) if row else None


def webhook_of(row: sa.RowMapping) -> ReceivedWebhook:
    """The webhook event in a row that has the columns of `webhook`, and `WAITED`."""
    return ReceivedWebhook(**{column.name: row[column] for column in WEBHOOK.c}, waited=row["waited"])
