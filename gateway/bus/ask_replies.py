"""Asks to the gateway, and the replies to them. Every gateway process replies; the asker takes the first reply."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import pika
from pika.channel import Channel
from pika.exceptions import AMQPError

from chassis.messaging import ask_protocol, topology
from chassis.messaging.amqp.asynchronous import call
from chassis.messaging.ask_verification import AskRefused, AskVerifier
from chassis.messaging.keys import Keyring
from chassis.messaging.received_ask import read_ask, read_message
from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.service import method_of
from contracts.askers import GATEWAY, askers_of
from contracts.message import Query

Replies = Mapping[type[Query[Any]], Callable[[Any], Awaitable[Any]]]

FINISH_WITHIN = 3.0  # seconds
AT_ONCE = 20  # asks that one process has begun; further asks wait at the broker until their deadline

log = logs.logger(__name__)


class AskReplies:
    """Replies to queries on the current channel.

    `replies` has the function of each query that returns the reply; `refused` counts the refused `asks`.
    """

    def __init__(self, keyring: Keyring, replies: Replies, refused: Counter[str]) -> None:
        self._refused = refused
        self._verifier = AskVerifier(keyring)
        self._replies = {method_of(kind): (kind, reply) for kind, reply in replies.items()}
        self._tasks = set[asyncio.Task[None]]()
        self._channel: Channel | None = None
        self._queue = ""

    async def opened(self, channel: Channel) -> None:
        """Consume asks on this channel, from a queue that lives as long as the connection."""
        queue = topology.asks_queue(GATEWAY)
        await call(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        await call(channel.queue_bind, queue, topology.asks(GATEWAY))
        await call(channel.basic_qos, prefetch_count=AT_ONCE)
        await call(channel.basic_consume, queue, self._received)
        self._channel, self._queue = channel, queue

    async def finish(self) -> None:
        """Take no further asks, and reply to those that this process has been sent; gives up after `FINISH_WITHIN`."""
        channel = self._channel
        with suppress(TimeoutError, AMQPError):
            async with asyncio.timeout(FINISH_WITHIN):
                if channel is not None and channel.is_open:
                    await call(channel.queue_unbind, self._queue, topology.asks(GATEWAY))
                while channel is not None and channel.is_open and (self._tasks or await self._waiting(channel)):
                    await asyncio.sleep(0.01)

    async def _waiting(self, channel: Channel) -> int:
        """The asks in the queue. All that were delivered earlier have been received when the broker has answered."""
        return int((await call(channel.queue_declare, self._queue, passive=True)).method.message_count)

    def _received(self, channel: Channel, delivery: Any, properties: pika.BasicProperties, body: bytes) -> None:
        task = asyncio.ensure_future(self._handle(channel, delivery, properties, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, channel: Channel, delivery: Any, ask: pika.BasicProperties, body: bytes) -> None:
        reply = await self._reply(delivery.routing_key, ask, body)
        if not channel.is_open:
            return
        asker = topology.asker_of(ask.reply_to or "")
        if asker in askers_of(GATEWAY):
            properties = ask_protocol.reply_properties(ask, None)
            channel.basic_publish(topology.replies(asker), ask.reply_to, reply, properties)
        channel.basic_ack(delivery.delivery_tag)

    async def _reply(self, routing_key: str, properties: pika.BasicProperties, body: bytes) -> bytes:
        try:
            ask = read_ask(self._verifier, routing_key, properties, body)
            if ask.method not in self._replies:
                raise AskRefused(f"the ask is refused: {GATEWAY} cannot be asked {ask.method}")
            kind, reply = self._replies[ask.method]
            return ask_protocol.reply_body(await reply(read_message(ask.message, kind)))
        except AskRefused as problem:
            self._refused["asks"] += 1
            log.warning("ask_refused", why=str(problem), method=routing_key)
            return ask_protocol.error_body(Unavailable(str(problem)))
        except (Refusal, Unavailable) as problem:
            return ask_protocol.error_body(problem)
        except Exception as problem:
            log.exception("ask_failed", method=routing_key)
            return ask_protocol.error_body(problem)
