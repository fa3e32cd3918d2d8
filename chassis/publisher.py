"""Publishes events with pipelined confirms and `mandatory`, on one asyncio connection that comes back by itself."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from chassis import codec, logs, wire
from chassis.outbox import Row, envelope

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.0

log = logs.logger(__name__)


class Publisher:
    """One confirming channel for all relays of a process."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._channel: Channel | None = None
        self._connection: AsyncioConnection | None = None
        self._published = 0
        self._open: dict[int, asyncio.Future[bool]] = {}
        self._by_id: dict[str, asyncio.Future[bool]] = {}
        self._lost = asyncio.Event()
        self._closing = False
        self.ready = asyncio.Event()

    async def publish(self, rows: Sequence[tuple[str, Row]], *, within: float) -> list[bool]:
        """Send them all, then wait for the broker's word on each: True only where it was routed and confirmed."""
        futures = [self._send(owner, row) for owner, row in rows]
        await asyncio.wait(futures, timeout=within)
        return [future.done() and future.result() for future in futures]

    def _send(self, owner: str, row: Row) -> asyncio.Future[bool]:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        channel = self._channel
        if channel is None or not channel.is_open:
            future.set_result(False)
            return future
        event = envelope(owner, row)
        self._published += 1
        self._open[self._published] = future
        self._by_id[event.id] = future
        future.add_done_callback(lambda _: self._by_id.pop(event.id, None))
        channel.basic_publish(
            wire.exchange(owner), row.type, codec.encode(event), wire.event_properties(event), mandatory=True
        )
        return future

    async def keep(self) -> None:
        """Stay connected until closed."""
        pause = FIRST_PAUSE
        while not self._closing:
            self._lost.clear()
            AsyncioConnection(
                wire.parameters(self._url, "relay"),
                on_open_callback=self._connected,
                on_open_error_callback=self._gone,
                on_close_callback=self._gone,
            )
            await self._lost.wait()
            pause = FIRST_PAUSE if self.ready.is_set() else min(LONGEST_PAUSE, pause * 2)
            self._forget()
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Close the connection."""
        self._closing = True
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
            await self._lost.wait()

    def _connected(self, connection: AsyncioConnection) -> None:
        self._connection = connection
        connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Channel) -> None:
        self._published = 0
        channel.add_on_close_callback(self._gone)
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._confirmed, callback=lambda _: self._declared(channel))

    def _declared(self, channel: Channel) -> None:
        """Declare the topology; the broker answers in order, so the last answer means that all of it is there."""
        exchanges, queues, bindings = wire.topology()
        for name, kind in exchanges:
            channel.exchange_declare(name, kind, durable=True)
        for name, arguments in queues:
            channel.queue_declare(name, durable=True, arguments=arguments)
        *most, last = bindings
        for queue, source, key in most:
            channel.queue_bind(queue, source, key)
        channel.queue_bind(last[0], last[1], last[2], callback=lambda _: self._serve(channel))

    def _serve(self, channel: Channel) -> None:
        self._channel = channel
        self.ready.set()
        log.info("broker_connected")

    def _confirmed(self, frame: Any) -> None:
        method = frame.method
        taken = isinstance(method, pika.spec.Basic.Ack)
        tags = [tag for tag in self._open if tag <= method.delivery_tag] if method.multiple else [method.delivery_tag]
        for tag in tags:
            future = self._open.pop(tag, None)
            if future is not None and not future.done():
                future.set_result(taken)

    def _returned(self, _: Channel, method: Any, properties: pika.BasicProperties, __: bytes) -> None:
        future = self._by_id.get(properties.message_id or "")
        if future is not None and not future.done():
            log.warning("event_unroutable", type=method.routing_key)
            future.set_result(False)

    def _gone(self, _: Any, problem: Any) -> None:
        if self.ready.is_set() and not self._closing:
            log.warning("broker_lost", why=repr(problem)[:200])
        if self._connection is not None and self._connection.is_open:
            self._connection.close()
        self._lost.set()

    def _forget(self) -> None:
        self.ready.clear()
        self._channel = None
        for future in self._open.values():
            if not future.done():
                future.set_result(False)
        self._open.clear()
