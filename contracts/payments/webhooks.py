"""Stripe's webhook events: storage, and administration by an operator. The replies hold no personal data."""

from datetime import datetime

from contracts.data import Data
from contracts.message import Command, Query


class WebhookStored(Data):
    """The webhook event is stored. `already_processed` is True where an earlier delivery had stored the event."""

    already_processed: bool


class StoreWebhook(Command[WebhookStored]):
    """Store a signed webhook event, byte for byte (`body`, UTF-8).

    Refused `INVALID_WEBHOOK` (400) without a valid signature.
    """

    body: str
    signature: str


class StoredWebhook(Data):
    """One webhook event. `outcome` is `STORED` (not applied yet), `APPLIED`, `IGNORED`, or `PARKED` with a `reason`."""

    event_id: str
    type: str
    created: datetime
    outcome: str
    reason: str
    received_at: datetime
    settled_at: datetime | None = None
    object_id: str | None = None
    payment_id: str | None = None
    session_id: str | None = None
    intent_id: str | None = None


class WebhookPage(Data):
    """Webhook events in order of arrival. `next` is the cursor of the next page, None on the last page."""

    webhooks: tuple[StoredWebhook, ...]
    next: str | None = None


class ListWebhooks(Query[WebhookPage]):
    """List the webhook events that have one of the `outcomes`."""

    outcomes: tuple[str, ...] = ("PARKED",)
    after: str | None = None
    limit: int = 100


class GetWebhook(Query[StoredWebhook]):
    """Return one webhook event by its id at Stripe. Refused `NOT_FOUND` where no event has the id."""

    event_id: str


class ReplayWebhook(Command[StoredWebhook]):
    """Apply a parked webhook event again. An event that is waiting to be applied is returned unchanged.

    Refused `NOT_FOUND` for an unknown id, `NOT_PARKED` for an applied or ignored event.
    """

    event_id: str


class DismissWebhook(Command[StoredWebhook]):
    """Ignore a parked webhook event that concerns no booking; the event keeps its reason.

    Refused `NOT_FOUND` for an unknown id, `NOT_PARKED` for an event that is not parked.
    """

    event_id: str
