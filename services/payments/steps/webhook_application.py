"""Applies a stored webhook event: finds the payment that the event concerns, and syncs the payment.

The session or intent that the event names decides first, the metadata last: an intent that only bears the ids of a
payment, and is not on that payment's checkout session, is unrequested money.

One look at the provider serves every event about the same intent that was stored before the look. They are marked as
applied in the transaction that records the look, so that a process that dies before it leaves all of them stored.
"""

from collections.abc import Callable

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import UnknownObject
from services.payments.domain.payment import PaymentKey
from services.payments.domain.recorded_state import RecordedState
from services.payments.domain.webhook import ReceivedWebhook, WebhookOutcome
from services.payments.domain.webhook_with_payment import WebhookWithPayment
from services.payments.steps.sync import AfterSync, SyncResult, sync
from services.payments.steps.unrequested_money import payment_of_intent
from services.payments.work import PaymentsWork

Finish = Callable[[PaymentsWork], None]


class AppliedWithAnother(Exception):
    """The event was applied with another one while its own look was under way: that look began after it was stored."""


def apply(event_id: str, conversation: Conversation[PaymentsWork], *, finish: Finish) -> None:
    """Sync the payment that the event concerns, and mark the event as applied; `finish` runs in this transaction.

    Does nothing where the event has been applied with another one. Raises `RetryLater` where a recent event's payment
    or object is not found, `PermanentFailure` for an older event or an object that is not ours, and `Unavailable`.
    """
    with conversation.reading() as work:
        stored = work.recorded_states.of_webhook(event_id, now=work.now)
    if stored is None:
        raise PermanentFailure(f"{event_id} is not in the store")
    if stored.webhook.outcome is WebhookOutcome.APPLIED:
        return
    webhook = stored.webhook
    application = WebhookApplication(stored, conversation, finish)
    try:
        if application.sync_named_payment():
            return
        application.sync(_payment_of(webhook, conversation))
    except AppliedWithAnother:
        return
    except UnknownObject as unknown:
        raise _not_found(webhook, f"the provider does not know {webhook.object_id}: {unknown}") from unknown


class WebhookApplication:
    """The application of one webhook event."""

    def __init__(self, stored: WebhookWithPayment, conversation: Conversation[PaymentsWork], finish: Finish) -> None:
        self._stored = stored
        self._webhook = stored.webhook
        self._conversation = conversation
        self._finish = finish

    def sync_named_payment(self) -> bool:
        """Sync the payment that was read with the event; returns whether it is the payment that the event concerns.

        A payment that only the metadata name is the one if the look at its own session shows the event's intent. A look
        that fails because the provider does not have an object of that payment says nothing about the event.
        """
        state = self._stored.payment
        if state is None:
            return False
        if self._stored.names_an_object_of(state.payment):
            self.sync(state.payment.key, state)
            return True
        if state.payment.session_id is None or self._webhook.intent_id is None:
            return False
        try:
            return self._is_its_own(self._sync(state.payment.key, state, self._settle_if_its_own))
        except UnknownObject:
            return False

    def sync(self, payment: PaymentKey, state: RecordedState | None = None) -> None:
        """Sync the event's payment and mark the event. Raises `UnknownObject` where the payment's session is gone."""
        if self._sync(payment, state, self._settle).session_is_gone:
            raise UnknownObject("resource_missing")

    def _sync(self, payment: PaymentKey, state: RecordedState | None, after: AfterSync) -> SyncResult:
        why, stale = f"{self._webhook.type} {self._webhook.event_id}", self._end_if_applied
        return sync(payment, self._conversation, why=why, state=state, after=after, on_stale=stale)

    def _end_if_applied(self, work: PaymentsWork) -> None:
        if work.webhooks.is_applied(self._webhook.event_id):
            raise AppliedWithAnother

    def _is_its_own(self, result: SyncResult) -> bool:
        return result.intent_id == self._webhook.intent_id

    def _settle_if_its_own(self, result: SyncResult, work: PaymentsWork) -> None:
        if self._is_its_own(result):
            self._settle(result, work)

    def _settle(self, result: SyncResult, work: PaymentsWork) -> None:
        if not result.session_is_gone:
            with_it = self._stored.applied_by_a_sync_of(result.payment)
            work.applied_webhooks.mark(self._webhook.event_id, with_it=with_it, payment_id=result.payment.id)
            self._finish(work)


def _payment_of(webhook: ReceivedWebhook, conversation: Conversation[PaymentsWork]) -> PaymentKey:
    """The key of the payment that an event concerns whose objects are not known to be of a payment.

    Raises the errors of `apply`, and `UnknownObject`.
    """
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
