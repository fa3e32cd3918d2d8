"""What routes may do on the bus, whoever carries it."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from contracts.message import Ask
from contracts.values import Context
from gateway.bus.hearing import Hearing

Reply = TypeVar("Reply")

DEADLINE = 5.0


class Bus(Protocol):
    """Asks, and the facts about bookings."""

    @property
    def up(self) -> bool:
        """Whether the broker is there."""

    async def ask(
        self, message: Ask[Reply], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Reply, bool]:
        """The reply, and whether it was stored earlier for the same Idempotency-Key.

        Raises the answerer's `Refusal`, or `Unavailable` where nobody answers in time.
        """

    def hear(self, booking_id: str) -> AbstractContextManager[Hearing]:
        """Every fact about this booking from now until the block ends."""

    async def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """How many messages wait in each queue. Raises `Unavailable` where the broker is away."""

    def interrupt(self) -> None:
        """Have everybody who hears look for themselves now."""
