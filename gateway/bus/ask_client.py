"""Asks over nameko's RPC protocol, and the replies to them."""

import asyncio
import uuid
from functools import cache
from typing import Any, TypeVar

import msgspec
import pika
from pika.channel import Channel

from chassis.messaging import ask_protocol, topology
from chassis.messaging.amqp.asynchronous import call
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import sign_ask, vouched
from chassis.refusal import Unavailable
from chassis.service import method_of
from contracts.catalogue import OWNERS
from contracts.message import Ask, reply_type
from contracts.values import Context

Reply = TypeVar("Reply")


class ReplyBody(msgspec.Struct):
    """The body of a reply; `result` stays raw JSON until its type is known."""

    result: msgspec.Raw
    error: dict[str, Any] | None = None


_bodies = msgspec.json.Decoder(ReplyBody)


@cache
def _results(message: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(reply_type(message), strict=False)


class PendingAsks:
    """Sends asks on the current channel, and resolves each with its reply."""

    def __init__(self, keyring: Keyring) -> None:
        self._user, self._keyring = keyring.user, keyring
        self._channel: Channel | None = None
        self._queue = ""
        self._waiting: dict[str, asyncio.Future[tuple[bytes, bool]]] = {}

    async def opened(self, channel: Channel) -> None:
        """Consume replies on this channel, from a queue that lives as long as the connection."""
        queue = topology.reply_queue(self._user)
        await call(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        await call(channel.queue_bind, queue, topology.replies(self._user), queue)
        channel.add_on_return_callback(self._returned)
        await call(channel.basic_consume, queue, self._replied, auto_ack=True)
        self._queue, self._channel = queue, channel

    def lost(self) -> None:
        """Fail every pending ask with `Unavailable`, because the connection and the reply queue are gone."""
        self._channel = None
        for waiting in list(self._waiting.values()):
            _fail(waiting, "the connection to the broker was lost")

    async def ask(
        self, message: Ask[Reply], context: Context, *, service: str | None, deadline: float
    ) -> tuple[Reply, bool]:
        """Send an ask. Returns the reply, and True for a stored reply. Raises `Refusal` or `Unavailable`."""
        owner, method = service or message.owner, method_of(type(message))
        channel = self._channel
        if owner not in OWNERS:
            raise Unavailable(f"{owner} cannot be asked {method}: there is no such service")
        if channel is None or not channel.is_open:
            raise Unavailable(f"{owner} cannot be asked {method}: the broker is not connected")
        loop, correlation_id = asyncio.get_running_loop(), uuid.uuid4().hex
        waiting: asyncio.Future[tuple[bytes, bool]] = loop.create_future()
        request = ask_protocol.ask_body(message, vouched(self._keyring, owner, context, deadline=deadline))
        self._waiting[correlation_id] = waiting
        timeout = loop.call_later(deadline, _fail, waiting, f"no answer in {deadline:g} s")
        try:
            properties = ask_protocol.ask_properties(correlation_id, reply_to=self._queue, deadline=deadline)
            sign_ask(self._keyring, owner, method, properties, request)
            channel.basic_publish(topology.asks(owner), f"{owner}.{method}", request, properties, mandatory=True)
            body, replayed = await waiting
        except (Unavailable, pika.exceptions.AMQPError) as problem:
            raise Unavailable(f"{owner} cannot be asked {method}: {problem}") from problem
        finally:
            timeout.cancel()
            self._waiting.pop(correlation_id, None)
        return _reply(type(message), body), replayed

    def _replied(self, _: Channel, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id or "")
        if waiting and not waiting.done():
            waiting.set_result((body, bool((properties.headers or {}).get("replayed"))))

    def _returned(self, _: Channel, __: Any, properties: pika.BasicProperties, ___: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id or "")
        if waiting:
            _fail(waiting, "no process of the service runs")


def _reply(kind: Any, body: bytes) -> Any:
    with ask_protocol.reading_reply(f"the reply to {kind.__name__}"):
        answer = _bodies.decode(body)
        if answer.error:
            ask_protocol.raise_error(answer.error)
        return _results(kind).decode(answer.result)


def _fail(waiting: "asyncio.Future[Any]", why: str) -> None:
    if not waiting.done():
        waiting.set_exception(Unavailable(why))
