"""Applies a stored webhook event: finds the payment that the event concerns, and syncs the payment."""

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import UnknownObject
from services.payments.domain.webhook import ReceivedWebhook
from services.payments.steps.sync import Hint, sync
from services.payments.work import PaymentsWork


def apply(event_id: str, conversation: Conversation[PaymentsWork]) -> str:
    """Sync the payment that the event concerns; returns the payment's id.

    Raises `RetryLater` where a recent event's payment or object is not found, `PermanentFailure` for an
    older event or an object that is not ours, and `Unavailable`.
    """
    with conversation.reading() as work:
        webhook = work.webhooks.get(event_id)
    if webhook is None:
        raise PermanentFailure(f"{event_id} is not in the store")
    try:
        payment_id = _payment_of(webhook, conversation)
        hint = Hint(session_id=webhook.session_id, intent_id=webhook.intent_id)
        sync(payment_id, conversation, why=f"{webhook.type} {event_id}", hint=hint)
    except UnknownObject as unknown:
        raise _not_found(webhook, f"the provider does not know {webhook.object_id}: {unknown}") from unknown
    return payment_id


def _payment_of(webhook: ReceivedWebhook, conversation: Conversation[PaymentsWork]) -> str:
    """The id of the payment that the event concerns. Raises the errors of `apply`, and `UnknownObject`."""
    if stored := _find(conversation, webhook.payment_id, session_id=webhook.session_id, intent_id=webhook.intent_id):
        return stored
    payment_id: str | None = webhook.payment_id
    if webhook.session_id and not payment_id:
        raise PermanentFailure(f"{webhook.session_id} is not of our making")
    if webhook.intent_id and not payment_id:
        payment_id = conversation.dependencies.cards.intent(webhook.intent_id).payment_id
        if payment_id is None:
            raise PermanentFailure(f"{webhook.intent_id} is not of our making")
        if _find(conversation, payment_id):
            return payment_id
    if payment_id is None:
        raise PermanentFailure(f"{webhook.object_id} belongs to nothing of our making")
    raise _not_found(webhook, f"no payment {payment_id} is known, which {webhook.object_id} names")


def _find(conversation: Conversation[PaymentsWork], payment_id: str | None, **ids: str | None) -> str | None:
    with conversation.reading() as work:
        return work.payments.find_id(payment_id, **ids)


def _not_found(webhook: ReceivedWebhook, why: str) -> Exception:
    """The failure for an object or payment that is not found: `RetryLater` for a recent event, else permanent."""
    return RetryLater(why) if webhook.may_be_early else PermanentFailure(why)
