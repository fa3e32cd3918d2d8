"""The state of one stand-in: configuration, store, faults, idempotency keys and webhooks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sandbox.stripe.faults import FaultRegistry
from sandbox.stripe.idempotency import IdempotencyKeys
from sandbox.stripe.store import BehaviourSettings, Json, StripeStore
from sandbox.stripe.webhook_sender import WebhookSender
from sandbox.stripe.webhook_settings import WebhookSettings

_LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInConfig:
    """The start options. Without a webhook URL, events are only recorded."""

    public_url: str
    webhook_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    api_key: str | None = None
    business_name: str = "HotelMate"
    strict: bool = True

    def __post_init__(self) -> None:
        if self.webhook_url and not self.webhook_secrets:
            raise ValueError("a webhook URL needs a webhook secret to sign with")


@dataclass(slots=True)
class StripeAppState:
    """The components of a stand-in; `reset` replaces them."""

    config: StandInConfig
    webhooks: WebhookSender = field(init=False)
    store: StripeStore = field(init=False)
    faults: FaultRegistry = field(init=False)
    keys: IdempotencyKeys = field(init=False)
    requests: deque[Json] = field(init=False)

    def __post_init__(self) -> None:
        self.webhooks = WebhookSender()
        self.reset()

    def reset(self) -> None:
        """Delete everything except the configuration; the clock returns to real time."""
        config = self.config
        self.webhooks.reset(WebhookSettings(url=config.webhook_url, secrets=list(config.webhook_secrets)))
        self.store = StripeStore(self.webhooks.send, BehaviourSettings(strict=config.strict))
        self.faults = FaultRegistry()
        self.keys = IdempotencyKeys()
        self.requests = deque(maxlen=_LOG_LENGTH)
