"""The interface of the bus, independent of RabbitMQ."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from chassis.observability import trace
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.message import Ask
from contracts.values import Caller, Context
from gateway.bus.subscriptions import EventSubscription

Reply = TypeVar("Reply")

DEADLINE, EVERY_SERVICE_WITHIN = 5.0, 2.0  # seconds


class Bus(Protocol):
    """The connection to the services: it sends asks and receives the events of bookings."""

    @property
    def up(self) -> bool:
        """Whether the broker is connected."""

    @property
    def refused(self) -> Mapping[str, int]:
        """How many `asks` and `events` this process has refused since it started."""

    async def ask(
        self, message: Ask[Reply], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Reply, bool]:
        """Send an ask; returns the reply, and whether the reply was stored earlier for the same Idempotency-Key.

        Raises the service's `Refusal`, or `Unavailable` where no reply comes within `deadline` seconds.
        """

    def subscribe(self, booking_id: str) -> AbstractContextManager[EventSubscription]:
        """Subscribe to this booking's events until the `with` block ends."""

    async def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """The number of messages in each queue. Raises `Unavailable` where the broker is not connected."""

    def interrupt(self) -> None:
        """Wake every subscriber."""


async def ask_every_service(bus: Bus, message: Ask[Reply]) -> dict[str, Reply | None]:
    """Ask all services as the system. The reply is None for a service that refuses, or is silent for two seconds."""
    context = Context(caller=Caller(kind="system"), traceparent=trace.current())

    async def ask(service: str) -> Reply | None:
        try:
            reply, _ = await bus.ask(message, context, service=service, deadline=EVERY_SERVICE_WITHIN)
        except (Unavailable, Refusal):
            return None
        return reply

    return dict(zip(OWNERS, await asyncio.gather(*map(ask, OWNERS)), strict=True))
