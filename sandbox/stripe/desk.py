"""The desk: one stand-in's configuration and everything it has on the table, resettable at once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sandbox.stripe.courier import Courier
from sandbox.stripe.faults import Faults
from sandbox.stripe.idempotency import Keys
from sandbox.stripe.webhooks import WebhookSettings
from sandbox.stripe.world import Json, Settings, World

_LOG_LENGTH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the stand-in is started with. Without a webhook URL events are only recorded."""

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
class Desk:
    """The parts that work together; `reset` puts fresh ones in their place."""

    config: Config
    courier: Courier = field(init=False)
    world: World = field(init=False)
    faults: Faults = field(init=False)
    keys: Keys = field(init=False)
    requests: deque[Json] = field(init=False)

    def __post_init__(self) -> None:
        self.courier = Courier()
        self.reset()

    def reset(self) -> None:
        """Forget everything but the configuration; the clock is back at real time."""
        config = self.config
        self.courier.reset(WebhookSettings(url=config.webhook_url, secrets=list(config.webhook_secrets)))
        self.world = World(self.courier.send, Settings(strict=config.strict))
        self.faults = Faults()
        self.keys = Keys()
        self.requests = deque(maxlen=_LOG_LENGTH)
