"""Handlers of the provider's webhook events: each event is verified and stored at once, then applied by a job."""

from collections.abc import Sequence
from typing import Any

from chassis.observability import logs
from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.payments.webhooks import StoreWebhook, WebhookStored
from services.payments.cards import InvalidWebhook
from services.payments.domain.jobs import ApplyWebhook
from services.payments.domain.webhook import APPLIED_TYPES, WebhookOutcome
from services.payments.steps import webhook_application
from services.payments.work import PaymentsWork

log = logs.logger(__name__)


def store_webhook(command: StoreWebhook, work: PaymentsWork) -> WebhookStored:
    """Store a webhook event. Refused `INVALID_WEBHOOK` where the provider's signature or the form is wrong."""
    try:
        event = work.dependencies.cards.parse_webhook(command.body, command.signature)
    except InvalidWebhook as invalid:
        raise Refusal("INVALID_WEBHOOK", "The signature or the body is not the provider's.") from invalid
    is_applied = event.type in APPLIED_TYPES
    is_new = work.webhooks.store(event, WebhookOutcome.STORED if is_applied else WebhookOutcome.IGNORED)
    if is_new and is_applied:
        work.enqueue(ApplyWebhook(event_id=event.event_id), key=f"webhook:{event.event_id}")
    return WebhookStored(already_processed=not is_new)


def apply_webhooks(payloads: Sequence[ApplyWebhook], conversation: Conversation[PaymentsWork]) -> list[Any]:
    """Apply each webhook event; returns for each the id of the payment that the event concerns."""
    return [webhook_application.apply(payload.event_id, conversation) for payload in payloads]


def applied(payload: ApplyWebhook, payment_id: str, work: PaymentsWork) -> None:
    """Mark the event as applied to the payment."""
    work.webhooks.set_outcome(payload.event_id, WebhookOutcome.APPLIED, payment_id=payment_id)


def parked(payload: ApplyWebhook, why: str, work: PaymentsWork) -> None:
    """Park an event that cannot be applied, with the reason, for an operator."""
    log.error("webhook_parked", event_id=payload.event_id, why=why)
    work.webhooks.set_outcome(payload.event_id, WebhookOutcome.PARKED, why)
