"""The bus over RabbitMQ: one connection for asks in both directions, their replies, and the events of bookings."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from pika.channel import Channel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper, call
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import event_problem
from chassis.observability import logs
from chassis.refusal import Unavailable
from contracts.message import Ask
from contracts.values import Context
from gateway.bus.ask_client import PendingAsks
from gateway.bus.ask_replies import AskReplies, Replies
from gateway.bus.port import DEADLINE
from gateway.bus.subscriptions import EventSubscription, EventSubscriptions

Reply = TypeVar("Reply")

USER, SOURCE = "gateway", "bookings"
CONNECT_WITHIN = 1.0

log = logs.logger(__name__)


class RabbitBus:
    """The `Bus` on the broker at `url`. A lost connection is reopened; an ask waits for it up to `CONNECT_WITHIN` s.

    `replies` are the functions that reply to the queries that the gateway is asked.
    """

    def __init__(self, url: str, message_keys: str = "", *, replies: Replies | None = None) -> None:
        self._keyring = Keyring(USER, message_keys)
        self._refused = Counter(asks=0, events=0)
        self._replies = AskReplies(self._keyring, replies or {}, self._refused)
        self._asks = PendingAsks(self._keyring)
        self._subscriptions = EventSubscriptions()
        self._channel: Channel | None = None
        self._connection = AsyncioConnectionKeeper(url, USER, on_open=self._opened, on_lost=self._lost)

    @property
    def up(self) -> bool:
        return self._connection.opened.is_set()

    @property
    def refused(self) -> Mapping[str, int]:
        return self._refused

    async def start(self, *, wait: float = 0) -> "RabbitBus":
        """Connect; wait up to `wait` seconds for the broker."""
        self._connection.start()
        await self._connected(wait)
        return self

    async def close(self) -> None:
        """Reply to the asks that this process has been sent, and disconnect; pending asks of its own fail."""
        await self._replies.finish()
        await self._connection.close()

    async def ask(
        self, message: Ask[Reply], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Reply, bool]:
        await self._connected(min(deadline, CONNECT_WITHIN))
        return await self._asks.ask(message, context, service=service, deadline=deadline)

    def subscribe(self, booking_id: str) -> AbstractContextManager[EventSubscription]:
        return self._subscriptions.subscribe(booking_id)

    async def depths(self, queues: Iterable[str]) -> dict[str, int]:
        channel = self._channel
        if channel is None:
            raise Unavailable("the broker is not connected")
        counts = {}
        async with asyncio.timeout(CONNECT_WITHIN):
            for queue in queues:
                declared = await call(channel.queue_declare, queue, passive=True)
                counts[queue] = declared.method.message_count
        return counts

    def interrupt(self) -> None:
        self._subscriptions.interrupt()

    async def _connected(self, wait: float) -> None:
        if not self.up and wait:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._connection.opened.wait()

    async def _opened(self, channel: Channel) -> None:
        queue = topology.reply_queue(USER)
        await call(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        await call(channel.queue_bind, queue, topology.exchange(SOURCE), f"{SOURCE}.#")
        await call(channel.basic_consume, queue, self._on_event, auto_ack=True)
        await self._asks.opened(channel)
        await self._replies.opened(channel)
        self._channel = channel
        self._subscriptions.interrupt()

    def _lost(self) -> None:
        self._channel = None
        self._asks.lost()
        self._subscriptions.interrupt()

    def _on_event(self, _: Channel, __: Any, properties: Any, body: bytes) -> None:
        if not self._subscriptions:
            return
        try:
            event = event_protocol.read_envelope(body)
        except ValueError as problem:
            log.warning("fact_unreadable", why=str(problem)[:200])
            return
        if why := event_problem(self._keyring, event, properties.headers, body):
            self._refused["events"] += 1
            log.warning("event_refused", why=why)
            return
        self._subscriptions.deliver(event)
