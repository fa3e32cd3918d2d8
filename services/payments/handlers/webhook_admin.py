"""The operator's handlers for webhook events: list, show, replay or dismiss."""

from dataclasses import fields

from chassis.refusal import Refusal
from contracts.payments.webhooks import (
    DismissWebhook,
    GetWebhook,
    ListWebhooks,
    ReplayWebhook,
    StoredWebhook,
    WebhookPage,
)
from services.payments.domain.jobs import ApplyWebhook
from services.payments.domain.webhook import ReceivedWebhook, WebhookOutcome
from services.payments.work import PaymentsWork

MAX_LIMIT = 500


def list_webhooks(query: ListWebhooks, work: PaymentsWork) -> WebhookPage:
    """A page of the webhook events with the requested outcomes."""
    limit = max(1, min(query.limit, MAX_LIMIT))
    page = work.webhooks.page(query.outcomes, after=query.after, limit=limit)
    following = page[-1].event_id if len(page) == limit else None
    return WebhookPage(webhooks=tuple(_reply(webhook) for webhook in page), next=following)


def get_webhook(query: GetWebhook, work: PaymentsWork) -> StoredWebhook:
    """One webhook event. Refused `NOT_FOUND` where no event has the id."""
    return _reply(_existing(work.webhooks.get(query.event_id)))


def replay_webhook(command: ReplayWebhook, work: PaymentsWork) -> StoredWebhook:
    """Enqueue a parked event again. The row is locked, so that only one of two concurrent replays enqueues.

    Refused `NOT_FOUND` for an unknown id, `NOT_PARKED` for an applied or ignored event.
    """
    webhook = _existing(work.webhooks.lock(command.event_id))
    if webhook.outcome is WebhookOutcome.STORED:
        return _reply(webhook)
    _require_parked(webhook)
    work.webhooks.set_outcome(command.event_id, WebhookOutcome.STORED)
    work.enqueue(ApplyWebhook(event_id=command.event_id), key=f"webhook:{command.event_id}:{work.now.isoformat()}")
    return _reply(_existing(work.webhooks.get(command.event_id)))


def dismiss_webhook(command: DismissWebhook, work: PaymentsWork) -> StoredWebhook:
    """Ignore a parked event, which keeps its reason.

    Refused `NOT_FOUND`; `NOT_PARKED` where the event is not parked.
    """
    webhook = _existing(work.webhooks.lock(command.event_id))
    _require_parked(webhook)
    work.webhooks.set_outcome(command.event_id, WebhookOutcome.IGNORED, webhook.reason)
    return _reply(_existing(work.webhooks.get(command.event_id)))


def _existing(webhook: ReceivedWebhook | None) -> ReceivedWebhook:
    if webhook is None:
        raise Refusal("NOT_FOUND", "There is no such webhook event.")
    return webhook


def _require_parked(webhook: ReceivedWebhook) -> None:
    if webhook.outcome is not WebhookOutcome.PARKED:
        raise Refusal("NOT_PARKED", f"This webhook event is not parked: {webhook.outcome.lower()}.")


def _reply(webhook: ReceivedWebhook) -> StoredWebhook:
    return StoredWebhook(**{field.name: getattr(webhook, field.name) for field in fields(StoredWebhook)})
