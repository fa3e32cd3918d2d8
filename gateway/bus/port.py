"""The interface of the bus, independent of RabbitMQ."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from contracts.message import Ask
from contracts.values import Context
from gateway.bus.subscriptions import EventSubscription

Reply = TypeVar("Reply")

DEADLINE = 5.0


class Bus(Protocol):
    """Asks to services, and the events of bookings."""

    @property
    def up(self) -> bool:
        """Whether the broker is connected."""

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
