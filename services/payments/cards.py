"""`Cards`, the port to the card provider. `stripe_gateway.cards.StripeCards` is the adapter."""

from datetime import datetime
from typing import Protocol

from chassis.refusal import Unavailable
from contracts.data import Data
from contracts.payments.reconciliation import ReconciliationPart
from contracts.values import Money
from services.payments.domain.next_action import ProviderAction
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import DisputeSnapshot, IntentSnapshot, SessionSnapshot
from services.payments.domain.return_pages import ReturnPages
from services.payments.domain.webhook import WebhookEvent


class CallRefused(Exception):
    """The provider refused the call for good. `code` is the provider's reason. Never from a read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CallFailed(Exception):
    """The provider failed, and will fail again with the same key. The call may have taken effect. Never from a read."""


class CallBusy(Unavailable):
    """The same call, or another call on the same object, is still running at the provider."""


class UnknownObject(Unavailable):
    """The provider does not have the object; a new object may appear later."""


class InvalidWebhook(Exception):
    """The body is not a valid webhook event of the provider: it is forged, stale or unreadable."""


class CheckoutOrder(Data):
    """The contents of a new checkout session, which expires at `expires_at` by the provider's clock."""

    payment: Payment
    hotel_name: str
    description: str
    guest_email: str
    pages: ReturnPages
    expires_at: datetime


class CallAnswer(Data):
    """The answer to a call: the id of the created or changed object, and the object as the call left it.

    `snapshot` is as good as a read of the object. It is None where the provider repeats an earlier answer, which may be
    older than the object, or does not answer with all that a read shows.
    """

    object_id: str
    snapshot: SessionSnapshot | IntentSnapshot | None = None


class ProviderObject(Data):
    """An object in one of the provider's lists. Its metadata holds `payment_id` and `booking_id`, which are our ids."""

    id: str
    state: str
    amount: Money
    payment_id: str | None = None
    booking_id: str | None = None
    intent_id: str | None = None


class ProviderPage(Data):
    """A page of a list, newest first. `next` is the cursor of the next page, None on the last page."""

    objects: tuple[ProviderObject, ...]
    next: str | None


class Cards(Protocol):
    """The card provider.

    A read that fails, in whichever way, raises `Unavailable`: the object's state is unknown. `UnknownObject` is the one
    answer among these errors. `checkout_request` and `action_request` build a request as text. The text is stored, then
    sent by `perform`, so that the same key always sends the same bytes.
    """

    def checkout_request(self, order: CheckoutOrder) -> str:
        """Build the request, as text, that creates a checkout session."""

    def action_request(self, action: ProviderAction) -> str:
        """Build the request, as text, that carries out the action."""

    def perform(self, request: str, *, key: str) -> CallAnswer:
        """Send a stored request under its key.

        Raises `CallRefused`, `CallFailed`, `CallBusy`, `UnknownObject`, and `Unavailable` where the provider does not
        answer. Expiring a session that the provider does not have is done: nobody can pay on that session.
        """

    def session(self, session_id: str) -> SessionSnapshot:
        """The checkout session with this id at the provider, and its intent. Raises `UnknownObject`."""

    def find_session(self, payment_id: str, *, since: datetime) -> SessionSnapshot | None:
        """The session created since `since` (UTC) whose metadata has this payment id; None where no session matches."""

    def session_of_intent(self, intent_id: str) -> SessionSnapshot | None:
        """The checkout session on which the intent was created; None for an intent without a session."""

    def intent(self, intent_id: str) -> IntentSnapshot:
        """The payment intent with this id at the provider, its charge and refunds. Raises `UnknownObject`."""

    def disputes(self, intent_id: str) -> tuple[DisputeSnapshot, ...]:
        """All disputes of the intent, oldest first."""

    def list_objects(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> ProviderPage:
        """A page of the sessions, intents, refunds or disputes (`part`) that were created at or after `since` (UTC)."""

    def parse_webhook(self, body: str, signature: str) -> WebhookEvent:
        """Verify and parse a signed webhook body. Raises `InvalidWebhook`."""
