"""Applies a stored webhook event: finds the payment that the event concerns, and syncs the payment."""

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import UnknownObject
from services.payments.domain.webhook import ReceivedWebhook
from services.payments.steps.sync import Hint, sync
from services.payments.work import PaymentsWork


def apply(event_id: str, conversation: Conversation[PaymentsWork]) -> str:
    """Sync the payment that the event concerns; returns the payment's id.

    Raises `PermanentFailure` where there is no such payment, `RetryLater` where the payment may still become known, and
    `Unavailable`.
    """
    with conversation.reading() as work:
        webhook = work.webhooks.get(event_id)
    if webhook is None:
        raise PermanentFailure(f"{event_id} is not in the store")
    event = webhook.event
    try:
        payment_id = _payment_of(webhook, conversation)
        hint = Hint(session_id=event.session_id, intent_id=event.intent_id)
        sync(payment_id, conversation, why=f"{event.type} {event_id}", hint=hint)
    except UnknownObject as unknown:
        raise _not_found(webhook, f"the provider does not know {event.object_id}: {unknown}") from unknown
    return payment_id


def _payment_of(webhook: ReceivedWebhook, conversation: Conversation[PaymentsWork]) -> str:
    """The id of the payment that the event concerns. Raises the errors of `apply`, and `UnknownObject`."""
    event = webhook.event
    stored = _find(conversation, event.payment_id, session_id=event.session_id, intent_id=event.intent_id)
    if stored:
        return stored
    payment_id: str | None = event.payment_id
    if event.session_id and not payment_id:
        raise PermanentFailure(f"{event.session_id} is not of our making")
    if event.intent_id and not payment_id:
        payment_id = conversation.dependencies.cards.intent(event.intent_id).payment_id
        if payment_id is None:
            raise PermanentFailure(f"{event.intent_id} is not of our making")
        if _find(conversation, payment_id):
            return payment_id
    if payment_id is None:
        raise PermanentFailure(f"{event.object_id} belongs to nothing of our making")
    raise _not_found(webhook, f"no payment {payment_id} is known, which {event.object_id} names")


def _find(
    conversation: Conversation[PaymentsWork],
    payment_id: str | None,
    *,
    session_id: str | None = None,
    intent_id: str | None = None,
) -> str:
    with conversation.reading() as work:
        return work.payments.find_id(payment_id=payment_id, session_id=session_id, intent_id=intent_id) or ""


def _not_found(webhook: ReceivedWebhook, why: str) -> Exception:
    """The failure for an object or payment that is not found: `RetryLater` for a recent event, else permanent."""
    return RetryLater(why) if webhook.may_be_early else PermanentFailure(why)
