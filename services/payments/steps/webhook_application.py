"""Applies a stored webhook event: finds the payment that the event concerns, and syncs the payment.

The session or intent that the event names decides first, the metadata last: an intent that only bears the ids of a
payment, and is not on that payment's checkout session, is unrequested money.
"""

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import UnknownObject
from services.payments.domain.payment import PaymentKey
from services.payments.domain.webhook import ReceivedWebhook
from services.payments.steps.sync import sync
from services.payments.steps.unrequested_money import payment_of_intent
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
        payment = _payment_of(webhook, conversation)
        if sync(payment, conversation, why=f"{webhook.type} {event_id}").session_is_gone:
            raise UnknownObject("resource_missing")
    except UnknownObject as unknown:
        raise _not_found(webhook, f"the provider does not know {webhook.object_id}: {unknown}") from unknown
    return payment.id


def _payment_of(webhook: ReceivedWebhook, conversation: Conversation[PaymentsWork]) -> PaymentKey:
    """The key of the payment that the event concerns. Raises the errors of `apply`, and `UnknownObject`."""
    with conversation.reading() as work:
        stored = work.payments.find_key(session_id=webhook.session_id, intent_id=webhook.intent_id)
    if stored:
        return stored
    intent = conversation.dependencies.cards.intent(webhook.intent_id) if webhook.intent_id else None
    payment_id = (intent.payment_id if intent else None) or webhook.payment_id
    if payment_id is None:
        named = webhook.session_id or webhook.intent_id
        raise PermanentFailure(
            f"{named} is not of our making" if named else f"{webhook.object_id} belongs to nothing of our making"
        )
    with conversation.reading() as work:
        payment = work.payments.find_key(payment_id=payment_id)
        if payment is None:
            raise _not_found(webhook, f"no payment {payment_id} is known, which {webhook.object_id} names")
    return payment_of_intent(intent, payment, conversation) if intent else payment


def _not_found(webhook: ReceivedWebhook, why: str) -> Exception:
    """The failure for an object or payment that is not found: `RetryLater` for a recent event, else permanent."""
    return RetryLater(why) if webhook.may_be_early else PermanentFailure(why)
