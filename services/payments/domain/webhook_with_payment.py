"""A stored webhook event together with what is recorded of its payment."""

from contracts.data import Data
from services.payments.domain.payment import Payment
from services.payments.domain.recorded_state import RecordedState
from services.payments.domain.webhook import ReceivedWebhook


class WebhookWithPayment(Data):
    """A webhook event, and the payment whose session or intent it names, else the payment that its metadata name.

    `stored_with_it` are the ids of the other events about the same intent that are stored and not applied yet.
    """

    webhook: ReceivedWebhook
    payment: RecordedState | None = None
    stored_with_it: tuple[str, ...] = ()

    def names_an_object_of(self, payment: Payment) -> bool:
        """Whether the event names the session or the intent of the payment."""
        named = {self.webhook.session_id, self.webhook.intent_id} - {None}
        return bool(named & {payment.session_id, payment.intent_id})

    def applied_by_a_sync_of(self, payment: Payment) -> tuple[str, ...]:
        """The other events that a sync of the payment has applied which began after this was read.

        Those stored with this event are, if their intent is the payment's after the sync: then each of them concerns
        this payment by the intent that it names.
        """
        has_their_intent = payment.intent_id is not None and payment.intent_id == self.webhook.intent_id
        return self.stored_with_it if has_their_intent else ()
