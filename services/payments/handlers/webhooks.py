"""Handles the provider's webhook events. An event is stored at once and applied by a job. Operators can replay it."""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial

from chassis.observability import logs
from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation, JobConversation
from contracts.payments.webhooks import (
    DismissWebhook,
    GetWebhook,
    ListWebhooks,
    ReplayWebhook,
    StoredWebhook,
    StoreWebhook,
    WebhookPage,
    WebhookStored,
)
from services.payments.cards import Cards, InvalidWebhook
from services.payments.domain.jobs import ApplyWebhook
from services.payments.domain.webhook import ReceivedWebhook, WebhookOutcome
from services.payments.steps import webhook_application
from services.payments.work import PaymentsWork

MAX_LIMIT = 500  # webhook events on a page

log = logs.logger(__name__)


def store_webhook(command: StoreWebhook, conversation: Conversation[PaymentsWork]) -> WebhookStored:
    """Store a webhook event. Refused `INVALID_WEBHOOK` for an invalid signature, or a body that is not an event.

    The event and its job are one statement in autocommit mode. The job of a process that dies afterwards is run by
    another one when its lease has ended, or, if no worker was free to run it at once, a second later.
    """
    cards: Cards = conversation.dependencies.cards
    try:
        event = cards.parse_webhook(command.body, command.signature)
    except InvalidWebhook as invalid:
        raise Refusal("INVALID_WEBHOOK", "The signature or the body is not the provider's.") from invalid
    with conversation.at_once() as work:
        is_new = work.store_webhook(event)
    return WebhookStored(already_processed=not is_new)


def apply_webhooks(payloads: Sequence[ApplyWebhook], conversation: JobConversation[PaymentsWork]) -> list[None]:
    """Apply each webhook event. Raises `RetryLater`, `PermanentFailure`, `Unavailable`."""
    for payload in payloads:
        webhook_application.apply(payload.event_id, conversation, finish=partial(conversation.finish, payload))
    return [None] * len(payloads)


def parked(payload: ApplyWebhook, why: str, work: PaymentsWork) -> None:
    """Park an event that cannot be applied, with the reason, for an operator."""
    log.error("webhook_parked", event_id=payload.event_id, why=why)
    work.webhooks.park(payload.event_id, why)


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
    """Ignore a parked event, which keeps its reason. Refused `NOT_FOUND`, `NOT_PARKED`."""
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
