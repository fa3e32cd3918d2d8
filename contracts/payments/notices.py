"""What an operator asks of the provider's notices, as payments has stored them. They tell nothing of people."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Query


@dataclass(frozen=True, kw_only=True)
class StoredWebhook:
    """One notice. `outcome` is `STORED` (waits to be applied), `APPLIED`, `IGNORED` or `PARKED`, with the `reason`."""

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
    """Notices in the order in which they came. `next` is the cursor of what follows; None at the end."""

    webhooks: tuple[StoredWebhook, ...]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListWebhooks(Query[WebhookPage]):
    """The notices with one of these outcomes."""

    outcomes: tuple[str, ...] = ("PARKED",)
    after: str | None = None
    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class GetWebhook(Query[StoredWebhook]):
    """One notice, by its id at the provider. Refused `NOT_FOUND`."""

    event_id: str


@dataclass(frozen=True, kw_only=True)
class ReplayWebhook(Command[StoredWebhook]):
    """Have a parked notice applied as if it had just come. One that waits already is answered as it is.

    Refused `NOT_FOUND`, `NOT_PARKED`.
    """

    event_id: str


@dataclass(frozen=True, kw_only=True)
class DismissWebhook(Command[StoredWebhook]):
    """Let a parked notice rest: it is none of ours. Its reason stays. Refused `NOT_FOUND`, `NOT_PARKED`."""

    event_id: str
