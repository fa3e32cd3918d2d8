"""The state of one stand-in: configuration, store, faults, idempotency keys and webhooks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.records import Records
from sandbox.stripe.durable import DurableState
from sandbox.stripe.faults import FaultRegistry
from sandbox.stripe.idempotency import IdempotencyKeys
from sandbox.stripe.store import BehaviourSettings, Json, StripeStore
from sandbox.stripe.webhook_sender import WebhookSender
from sandbox.stripe.webhook_settings import WebhookSettings

_LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInConfig:
    """The start options. Without a webhook URL, events are only recorded; without `data`, the state is in memory."""

    public_url: str
    webhook_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    api_key: str | None = None
    business_name: str = "HotelMate"
    strict: bool = True
    data: Path | None = None

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
    durable: DurableState | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.webhooks = WebhookSender()
        self._renew()
        if self.config.data:
            self.durable = DurableState(Records(self.config.data))
            self.durable.attach(self)

    def commit(self) -> None:
        """Store what has changed, where the stand-in stores its state. Raises NotStored."""
        if self.durable:
            self.durable.commit()

    def reset(self) -> None:
        """Delete everything except the configuration; the clock returns to real time."""
        self._renew()
        if self.durable:
            self.durable.clear()
            self.durable.attach(self)

    def _renew(self) -> None:
        config = self.config
        self.webhooks.reset(WebhookSettings(url=config.webhook_url, secrets=list(config.webhook_secrets)))
        self.store = StripeStore(self.webhooks.send, BehaviourSettings(strict=config.strict))
        self.faults = FaultRegistry()
        self.keys = IdempotencyKeys()
        self.requests = deque(maxlen=_LOG_LENGTH)
