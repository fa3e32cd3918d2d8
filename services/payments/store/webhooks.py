"""Webhook events of the provider: stored before they are acknowledged, applied later."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database.arrays import one_of
from chassis.transactions.store import SqlStore
from services.payments.domain.webhook import ReceivedWebhook, WebhookEvent, WebhookOutcome
from services.payments.store.new_jobs import job_parameters, new_job
from services.payments.store.tables import WEBHOOK

WAITED: sa.Label[Any] = (sa.func.clock_timestamp() - WEBHOOK.c.received_at).label("waited")
STORED_WITH_IT: sa.Label[Any] = sa.literal_column(
    """(SELECT json_agg(other.event_id ORDER BY other.received_at) FROM webhook AS other
        WHERE other.outcome = 'STORED' AND other.intent_id = webhook.intent_id
        AND other.event_id <> webhook.event_id)""",
    sa.JSON,
).label("stored_with_it")
_ALL = sa.select(WEBHOOK, WAITED)
_RECEIVED = tuple(field.name for field in fields(WebhookEvent))
_STORE = (
    insert(WEBHOOK)
    .values({name: sa.bindparam(name, type_=WEBHOOK.c[name].type) for name in (*_RECEIVED, "outcome")})
    .on_conflict_do_nothing()
    .returning(WEBHOOK.c.event_id)
)
_NEW = _STORE.cte("new")
_NEW_JOB = new_job(_NEW)
_STORE_WITH_JOB = sa.select(_NEW.c.event_id, _NEW_JOB.c.position, _NEW_JOB.c.created_at).select_from(
    _NEW.outerjoin(_NEW_JOB, sa.true())
)
_IS_APPLIED = sa.select(
    sa.exists().where(WEBHOOK.c.event_id == sa.bindparam("of_event"), WEBHOOK.c.outcome == WebhookOutcome.APPLIED)
)


class SqlWebhooks(SqlStore):
    """Stores an event's ids, type and times, and no personal data."""

    def store(self, event: WebhookEvent, outcome: WebhookOutcome) -> bool:
        """Store an event; returns False where the event is stored already."""
        return self._connection.execute(_STORE, _row_of(event, outcome)).first() is not None

    def store_with_job(self, event: WebhookEvent, job: Mapping[str, Any]) -> sa.Row[Any, Any, Any] | None:
        """Store an event that is to be applied, with the row of the job that applies it, by one statement.

        Returns the `position` of the job, None where its key exists, and `created_at`; None where the event is stored
        already.
        """
        row = _row_of(event, WebhookOutcome.STORED) | job_parameters(job)
        return self._connection.execute(_STORE_WITH_JOB, row).first()

    def get(self, event_id: str) -> ReceivedWebhook | None:
        """One stored event, or None for an unknown id."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id))

    def lock(self, event_id: str) -> ReceivedWebhook | None:
        """One stored event, locked until the end of the transaction, or None for an unknown id."""
        return self._one(_ALL.where(WEBHOOK.c.event_id == event_id).with_for_update())

    def page(self, outcomes: Sequence[str], *, after: str | None, limit: int) -> list[ReceivedWebhook]:
        """Up to `limit` events with one of these outcomes, in order of arrival, after the event with the id `after`."""
        order = sa.tuple_(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        query = _ALL.where(one_of(WEBHOOK.c.outcome, outcomes)).order_by(WEBHOOK.c.received_at, WEBHOOK.c.event_id)
        if after:
            cursor = sa.select(WEBHOOK.c.received_at, WEBHOOK.c.event_id).where(WEBHOOK.c.event_id == after)
            query = query.where(order > cursor.scalar_subquery())
        return [webhook_of(row._mapping) for row in self._connection.execute(query.limit(limit))]

    def count_by_outcome(self, outcomes: Sequence[str]) -> dict[str, int]:
        """The number of events with each of these outcomes. An outcome without events is left out."""
        query = sa.select(WEBHOOK.c.outcome, sa.func.count()).where(one_of(WEBHOOK.c.outcome, outcomes))
        rows = self._connection.execute(query.group_by(WEBHOOK.c.outcome)).all()
        return {str(outcome): int(count) for outcome, count in rows}

    def is_applied(self, event_id: str) -> bool:
        """Whether an event is applied."""
        return bool(self._connection.execute(_IS_APPLIED, {"of_event": event_id}).scalar_one())

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


def _row_of(event: WebhookEvent, outcome: WebhookOutcome) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in _RECEIVED}, "outcome": outcome}


def job_key(event_id: str) -> str:
    """The key of the job that is enqueued with an event."""
    return f"webhook:{event_id}"


def webhook_of(row: sa.RowMapping) -> ReceivedWebhook:
    """The webhook event in a row that has the columns of `webhook`, and `WAITED`."""
    return ReceivedWebhook(**{column.name: row[column] for column in WEBHOOK.c}, waited=row["waited"])
