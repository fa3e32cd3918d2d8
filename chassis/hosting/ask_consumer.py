"""Receives asks from RabbitMQ, several at once; acknowledges and replies after `AskServer` has committed."""

import time
from typing import Any

from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec, time_limits
from chassis.hosting.consumer import AmqpConsumer
from chassis.hosting.runtime import runtime_of
from chassis.messaging import ask_protocol, topology
from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.unit_of_work import is_outage

log = logs.logger(__name__)


class AskConsumer(AmqpConsumer):
    """Consumes asks over nameko's RPC protocol, up to `workers` at once."""

    def __init__(self, amqp_url: str, workers: int) -> None:
        self._workers = workers
        super().__init__(amqp_url, expected_exceptions=(Refusal,))

    def consume(self, channel: BlockingChannel) -> None:
        channel.basic_qos(prefetch_count=self._workers)
        channel.basic_consume(topology.asks_queue(self.container.service_name), self._received)

    def _received(self, channel: BlockingChannel, method: Any, properties: Any, body: bytes) -> None:
        deadline = (properties.headers or {}).get("deadline")
        if self.stopping:  # for another process: a copy, because a redelivered ask counts as begun
            channel.basic_publish("", topology.asks_queue(self.container.service_name), body, properties)
            channel.basic_ack(method.delivery_tag)
            return
        if deadline and time.time() * 1000 > deadline:
            channel.basic_ack(method.delivery_tag)
            return
        self.unacknowledged.add(method.delivery_tag)

        def reply(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            self._reply(channel, method.delivery_tag, properties, result, exc_info)
            return None, None

        try:
            kwargs = codec.decode(body)["kwargs"]
            name = method.routing_key.split(".", 1)[1]
            message, context = kwargs.get("message", {}), kwargs.get("context", {})
            if method.redelivered and not runtime_of(self.container).ask_server.may_repeat(name, context):
                raise Unavailable("the ask was begun before, and whether it took effect is unknown")
        except (ValueError, KeyError, IndexError, Unavailable) as problem:
            error = problem if isinstance(problem, Unavailable) else Refusal("INVALID_MESSAGE", str(problem))
            reply(None, None, (type(error), error, None))
            return
        self.container.spawn_worker(self, (name, message, context, _within(deadline)), {}, handle_result=reply)

    def _reply(self, channel: BlockingChannel, tag: int, properties: Any, reply: Any, exc_info: Any) -> None:
        headers = {"replayed": True} if reply is not None and reply.replayed else None
        if exc_info:
            problem = exc_info[1]
            if is_outage(problem):
                log.warning("ask_unanswered", why=str(problem).splitlines()[0][:200])
            elif not isinstance(problem, Refusal):
                log.error("ask_failed", why=repr(problem)[:300], exc_info=exc_info)
            body = ask_protocol.error_body(problem)
        else:
            body = ask_protocol.reply_body(reply.reply)

        def send() -> None:
            if not self.is_current(channel):
                return
            self.unacknowledged.discard(tag)
            if properties.reply_to:
                reply_properties = ask_protocol.reply_properties(properties, headers)
                channel.basic_publish(topology.ASKS, properties.reply_to, body, reply_properties)
            channel.basic_ack(tag)

        self.keeper.submit(send)


def _within(deadline: int | None) -> float:
    """The seconds until the ask is interrupted; `deadline` is the caller's, in Unix milliseconds."""
    if deadline is None:
        return time_limits.ASK_WITHOUT_DEADLINE
    return max(0.0, deadline / 1000 - time.time()) + time_limits.AFTER_THE_ASKS_DEADLINE
