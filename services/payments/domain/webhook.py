"""Webhook events of the provider: their ids, types and outcomes."""

from datetime import datetime, timedelta
from enum import StrEnum

from contracts.data import Data

# The end of a dispute changes no booking and is booked in the ledger.
APPLIED_TYPES = frozenset({
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "charge.refunded",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
})  # fmt: skip

# An event may arrive before the object or payment that it names is known. After this time it is parked.
MAY_BE_EARLY = timedelta(minutes=5)


class WebhookOutcome(StrEnum):
    """The outcome of a webhook event: not applied yet, applied, ignored, or parked with a reason."""

    STORED = "STORED"
    APPLIED = "APPLIED"
    IGNORED = "IGNORED"
    PARKED = "PARKED"


class WebhookEvent(Data):
    """A verified webhook event, reduced to its ids. `payment_id` is our id, from the object's metadata."""

    event_id: str
    type: str
    created: datetime
    object_id: str | None = None
    payment_id: str | None = None
    session_id: str | None = None
    intent_id: str | None = None

    @property
    def is_applied(self) -> bool:
        """Whether an event of this type may change a payment. An event of any other type is stored and ignored."""
        return self.type in APPLIED_TYPES


class ReceivedWebhook(WebhookEvent):
    """A stored webhook event and its outcome. `waited` is the wall time since the event arrived."""

    outcome: WebhookOutcome
    reason: str
    received_at: datetime
    settled_at: datetime | None
    waited: timedelta

    @property
    def may_be_early(self) -> bool:
        """Whether the event is recent. Its payment or object, if unknown, may then still become known."""
        return self.waited < MAY_BE_EARLY
