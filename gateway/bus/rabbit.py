"""The bus over RabbitMQ: one connection for asks, their replies, and the stream of bookings' facts."""

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from pika.channel import Channel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper, call, declare_topology
from chassis.observability import logs
from chassis.refusal import Unavailable
from contracts.message import Ask
from contracts.values import Context
from gateway.bus.asking import Asking
from gateway.bus.hearing import Hearing, Hearings
from gateway.bus.port import DEADLINE

Reply = TypeVar("Reply")

SOURCE = "bookings"
PATIENCE = 1.0

log = logs.logger(__name__)


class RabbitBus:
    """The gateway's client of the broker at `url`. Never waits past a deadline; reconnects by itself."""

    def __init__(self, url: str, *, name: str = "gateway") -> None:
        self._name = name
        self._asking = Asking(name)
        self._hearings = Hearings()
        self._channel: Channel | None = None
        self._line = AsyncioConnectionKeeper(url, name, on_open=self._opened, on_lost=self._lost)

    @property
    def up(self) -> bool:
        """Whether the broker is there."""
        return self._line.opened.is_set()

    async def start(self, *, wait: float = 0) -> "RabbitBus":
        """Connect; wait up to that many seconds for the broker."""
        self._line.start()
        await self._connected(wait)
        return self

    async def close(self) -> None:
        """Disconnect; what is under way fails."""
        await self._line.close()

    async def ask(
        self, message: Ask[Reply], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Reply, bool]:
        """The reply, and whether it was stored earlier for the same Idempotency-Key."""
        await self._connected(min(deadline, PATIENCE))
        return await self._asking.ask(message, context, service=service, deadline=deadline)

    def hear(self, booking_id: str) -> AbstractContextManager[Hearing]:
        """Every fact about this booking from now until the block ends."""
        return self._hearings.hear(booking_id)

    async def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """How many messages wait in each queue. Raises `Unavailable` where the broker is away."""
        channel = self._channel
        if channel is None:
            raise Unavailable("the broker is away")
        found = {}
        async with asyncio.timeout(PATIENCE):
            for queue in queues:
                counted = await call(channel.queue_declare, queue, passive=True)
                found[queue] = counted.method.message_count
        return found

    def interrupt(self) -> None:
        """Have everybody who hears look for themselves now."""
        self._hearings.interrupt()

    async def _connected(self, wait: float) -> None:
        if not self.up and wait:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._line.opened.wait()

    async def _opened(self, channel: Channel) -> None:
        await declare_topology(channel)
        queue = f"{self._name}.hears-{uuid.uuid4().hex}"
        await call(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        await call(channel.queue_bind, queue, topology.exchange(SOURCE), f"{SOURCE}.#")
        await call(channel.basic_consume, queue, self._heard, auto_ack=True)
        await self._asking.opened(channel)
        self._channel = channel
        self._hearings.interrupt()

    def _lost(self) -> None:
        self._channel = None
        self._asking.lost()
        self._hearings.interrupt()

    def _heard(self, _: Channel, __: Any, ___: Any, body: bytes) -> None:
        if not self._hearings:
            return
        try:
            self._hearings.tell(event_protocol.read_envelope(body))
        except ValueError as problem:
            log.warning("fact_unreadable", why=str(problem)[:200])
