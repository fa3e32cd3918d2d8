"""Stripe's webhook events: storing them, and their administration by an operator. They hold no personal data."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Query


@dataclass(frozen=True, kw_only=True)
class WebhookStored:
    """The webhook event is in the store. `already_processed`: the event was stored before."""

    already_processed: bool


@dataclass(frozen=True, kw_only=True)
class StoreWebhook(Command[WebhookStored]):
    """Store a signed webhook event, byte for byte (`body`, UTF-8). Refused `INVALID_WEBHOOK` (400)."""

    body: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class StoredWebhook:
    """One webhook event. `outcome` is `STORED` (not applied yet), `APPLIED`, `IGNORED` or `PARKED` (with `reason`)."""

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


@dataclass(frozen=True, kw_only=True)
class WebhookPage:
    """Webhook events in order of arrival. `next` is the cursor of the following page; None on the last one."""

    webhooks: tuple[StoredWebhook, ...]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListWebhooks(Query[WebhookPage]):
    """List webhook events with one of these outcomes."""

    outcomes: tuple[str, ...] = ("PARKED",)
    after: str | None = None
    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class GetWebhook(Query[StoredWebhook]):
    """Get one webhook event by its id at Stripe. Refused `NOT_FOUND`."""

    event_id: str


@dataclass(frozen=True, kw_only=True)
class ReplayWebhook(Command[StoredWebhook]):
    """Apply a parked webhook event again. The reply to an event that waits already is the event as it is.

    Refused `NOT_FOUND`, `NOT_PARKED`.
    """

    event_id: str


@dataclass(frozen=True, kw_only=True)
class DismissWebhook(Command[StoredWebhook]):
    """Ignore a parked webhook event that concerns no booking. Its reason stays. Refused `NOT_FOUND`, `NOT_PARKED`."""

    event_id: str
