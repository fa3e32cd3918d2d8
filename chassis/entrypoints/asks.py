"""The entrypoint of asks: nameko's RPC protocol, several at once, each answered after its commit."""

import time
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec, logs, wire
from chassis.entrypoints.consuming import OnALine
from chassis.providers import machinery_of
from chassis.refusal import Refusal, Unavailable
from chassis.transact import is_outage

log = logs.logger(__name__)


class Asks(OnALine):
    """Answers asks over nameko's RPC protocol, several at once."""

    expected_exceptions = (Refusal,)

    def __init__(self, amqp_url: str, workers: int) -> None:
        self._workers = workers
        super().__init__(amqp_url, expected_exceptions=(Refusal,))

    def opened(self, channel: BlockingChannel) -> None:
        wire.declare(channel)
        channel.basic_qos(prefetch_count=self._workers)
        channel.basic_consume(wire.asks_queue(self.container.service_name), self._received)
        self.channel = channel

    def _received(self, channel: BlockingChannel, method: Any, properties: Any, body: bytes) -> None:
        deadline = (properties.headers or {}).get("deadline")
        if self.stopping:  # somebody else's then: a copy, because what is given back counts as begun before
            channel.basic_publish("", wire.asks_queue(self.container.service_name), body, properties)
            channel.basic_ack(method.delivery_tag)
            return
        if deadline and time.time() * 1000 > deadline:
            channel.basic_ack(method.delivery_tag)
            return
        self.owed.add(method.delivery_tag)

        def answered(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            self._reply(channel, method.delivery_tag, properties, result, exc_info)
            return None, None

        try:
            kwargs = codec.decode(body)["kwargs"]
            asked = (method.routing_key.split(".", 1)[1], kwargs.get("message", {}), kwargs.get("context", {}))
            if method.redelivered and not machinery_of(self.container).answering.may_repeat(asked[0], asked[2]):
                raise Unavailable("it was begun before, and nobody knows how it ended")
        except (ValueError, KeyError, IndexError) as problem:
            self._fail(channel, method.delivery_tag, properties, Refusal("INVALID_MESSAGE", str(problem)))
            return
        except Unavailable as problem:
            self._fail(channel, method.delivery_tag, properties, problem)
            return
        self.container.spawn_worker(self, asked, {}, handle_result=answered)

    def _fail(self, channel: BlockingChannel, tag: int, asked: Any, problem: Exception) -> None:
        self._reply(channel, tag, asked, None, (type(problem), problem, None))

    def _reply(self, channel: BlockingChannel, tag: int, asked: Any, answer: Any, exc_info: Any) -> None:
        headers = {"replayed": True} if answer is not None and answer.replayed else None
        if exc_info:
            problem = exc_info[1]
            if is_outage(problem):
                log.warning("ask_unanswered", why=str(problem).splitlines()[0][:200])
            elif not isinstance(problem, Refusal):
                log.error("ask_failed", why=repr(problem)[:300], exc_info=exc_info)
            body = wire.error_body(problem)
        else:
            body = wire.reply_body(answer.reply)

        def send() -> None:
            if not self.is_current(channel):
                return
            self.owed.discard(tag)
            if asked.reply_to:
                channel.basic_publish(wire.ASKS, asked.reply_to, body, wire.reply_properties(asked, headers))
            channel.basic_ack(tag)

        self.line.hand(send)
