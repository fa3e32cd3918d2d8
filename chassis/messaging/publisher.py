"""Publishes events with pipelined publisher confirms and `mandatory`."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pika
from pika.channel import Channel

from chassis import codec
from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper, call
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import SIGNATURES, sign_event
from chassis.observability import logs
from contracts.message import Envelope

KEPT = 1.0  # seconds for which a channel is kept, even if the broker refuses events on it

log = logs.logger(__name__)


class Publisher:
    """One channel with publisher confirms, for the events of one owner. A lost connection is opened again.

    So is one on which the broker refuses events. A channel of RabbitMQ 3.10 that was opened before a quorum queue had a
    new leader refuses all events for that queue until the node of the former leader is back.
    """

    def __init__(self, amqp_url: str, owner: str, message_keys: str = "") -> None:
        self._keyring = Keyring(owner, message_keys)
        self._exchange = topology.exchange(owner)
        self._channel: Channel | None = None
        self._keeper = AsyncioConnectionKeeper(amqp_url, f"relay-{owner}", on_open=self._opened, on_lost=self._lost)
        self._published = 0
        self._opened_at = 0.0
        self._refused = False
        self._by_tag: dict[int, asyncio.Future[bool]] = {}
        self._by_id: dict[str, asyncio.Future[bool]] = {}

    @property
    def ready(self) -> bool:
        """Whether the channel is open."""
        return self._keeper.opened.is_set()

    def start(self) -> None:
        """Begin connecting; returns at once."""
        self._keeper.start()

    async def close(self) -> None:
        """Disconnect for good."""
        await self._keeper.close()

    async def publish(self, events: Sequence[Envelope], *, within: float) -> list[bool]:
        """Publish the events and wait up to `within` seconds; returns whether each was routed and confirmed.

        Where the broker has answered for none of the events in that time, or has refused some, the connection is opened
        again.
        """
        futures = [self._send(event) for event in events]
        answered, _ = await asyncio.wait(futures, timeout=within)
        if not answered:
            self._keeper.drop(f"no confirm in {within:g} s")
        elif self._refused and time.monotonic() - self._opened_at > KEPT:
            self._keeper.drop("the broker refuses events")
        return [future.done() and future.result() for future in futures]

    def _send(self, event: Envelope) -> asyncio.Future[bool]:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        channel = self._channel
        if channel is None or not channel.is_open:
            future.set_result(False)
            return future
        self._published += 1
        self._by_tag[self._published] = future
        self._by_id[event.id] = future
        future.add_done_callback(lambda _: self._by_id.pop(event.id, None))
        body = codec.encode(event)
        properties = event_protocol.event_properties(event)
        if self._keyring:
            properties.headers[SIGNATURES] = sign_event(self._keyring, event, body)
        channel.basic_publish(self._exchange, event.type, body, properties, mandatory=True)
        return future

    async def _opened(self, channel: Channel) -> None:
        self._published, self._refused, self._opened_at = 0, False, time.monotonic()
        channel.add_on_return_callback(self._returned)
        await call(channel.confirm_delivery, self._confirmed)
        await call(channel.exchange_declare, self._exchange, passive=True)
        self._channel = channel

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        acknowledged = isinstance(method, pika.spec.Basic.Ack)
        self._refused = self._refused or not acknowledged
        tags = [tag for tag in self._by_tag if tag <= method.delivery_tag] if method.multiple else [method.delivery_tag]
        for tag in tags:
            future = self._by_tag.pop(tag, None)
            if future is not None and not future.done():
                future.set_result(acknowledged)

    def _returned(self, _: Channel, method: Any, properties: pika.BasicProperties, __: bytes) -> None:
        future = self._by_id.get(properties.message_id or "")
        if future is not None and not future.done():
            log.warning("event_unroutable", type=method.routing_key)
            future.set_result(False)

    def _lost(self) -> None:
        self._channel = None
        for future in self._by_tag.values():
            if not future.done():
                future.set_result(False)
        self._by_tag.clear()
