"""Receives asks from RabbitMQ, several at once; acknowledges and replies after `AskServer` has committed."""

import time
from typing import Any

import pika
from pika.exceptions import ConsumerCancelled

from chassis import time_limits
from chassis.hosting.consumer import AmqpConsumer
from chassis.hosting.runtime import runtime_of
from chassis.messaging import ask_protocol, topology
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.ask_verification import AskRefused, AskVerifier
from chassis.messaging.keys import Keyring
from chassis.messaging.received_ask import read_ask
from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.unit_of_work import is_outage
from contracts.askers import askers_of

LINGER = 0.2  # seconds in which asks arrive that the broker had routed before the queue was unbound

log = logs.logger(__name__)


class AskConsumer(AmqpConsumer):
    """Consumes asks over nameko's RPC protocol, up to `workers` at once, from a queue of this connection alone.

    The queue ends with the connection, so no other process repeats an ask that this process has begun.
    """

    def __init__(self, amqp_url: str, workers: int, keyring: Keyring) -> None:
        self._verifier = AskVerifier(keyring)
        self._workers = workers
        self._exclusive = True
        self._queue = self._consumer = ""
        super().__init__(amqp_url, expected_exceptions=(Refusal,))

    def consume(self, channel: BrokerChannel) -> None:
        service = self.container.service_name
        self._exclusive = exclusive = self.hashed
        if not exclusive:
            why = "the broker has no rabbitmq_consistent_hash_exchange: the processes of a service share their asks"
            log.warning("asks_shared", why=why)
        self._queue = topology.asks_queue(service, "" if exclusive else topology.SHARED)
        channel.queue_declare(self._queue, exclusive=exclusive, durable=not exclusive, auto_delete=not exclusive)
        channel.basic_qos(prefetch_count=self._workers)
        channel.add_on_return_callback(self._returned)
        channel.add_on_cancel_callback(lambda: channel.connection.end(ConsumerCancelled(self._queue)))
        self._consumer = channel.basic_consume(self._queue, self._received)
        channel.queue_bind(self._queue, topology.asks(service), topology.binding_key(hashed=exclusive))

    def stop(self) -> None:
        """Hand over the asks that are not begun to the other processes, reply to the others, then disconnect."""
        self.stopping = True
        self.keeper.call_soon(self._leave)
        until = time.monotonic() + LINGER
        while time.monotonic() < until:
            self.keeper.call_soon(self._hand_over_the_rest)
            time.sleep(LINGER / 5)
        super().stop()

    def _received(self, channel: BrokerChannel, method: Any, properties: Any, body: bytes) -> None:
        if self.stopping:
            self._hand_over(channel, method, properties, body)
            return
        self.unacknowledged.add(method.delivery_tag)

        def reply(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            self._reply(channel, method, properties, result, exc_info)
            return None, None

        try:
            ask = read_ask(self._verifier, method.routing_key, properties, body)
            if method.redelivered:  # in a shared queue only
                raise Unavailable("the ask was begun before, and whether it took effect is unknown")
        except Unavailable as problem:
            reply(None, None, (type(problem), problem, None))
            return
        params = (ask.method, ask.message, ask.context, _within(ask.deadline))
        self.container.spawn_worker(self, params, {}, handle_result=reply)

    def _reply(self, channel: BrokerChannel, method: Any, properties: Any, reply: Any, exc_info: Any) -> None:
        tag = method.delivery_tag
        headers = {"replayed": True} if reply is not None and reply.replayed else None
        if exc_info:
            problem = exc_info[1]
            if isinstance(problem, AskRefused):
                log.warning("ask_refused", why=str(problem), method=method.routing_key)
                runtime_of(self.container).unit_of_work.counters["asks_refused"] += 1
                problem = Unavailable(str(problem))
            elif is_outage(problem):
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
            self._send_reply(channel, properties, body, headers)
            channel.basic_ack(tag)

        self.keeper.submit(send)

    def _send_reply(
        self, channel: BrokerChannel, ask: pika.BasicProperties, body: bytes, headers: dict[str, Any] | None = None
    ) -> None:
        """Send a reply, unless `reply_to` names a queue of a user that does not ask this service."""
        asker = topology.asker_of(ask.reply_to or "")
        if asker in askers_of(self.container.service_name):
            properties = ask_protocol.reply_properties(ask, headers)
            channel.basic_publish(topology.replies(asker), ask.reply_to, body, properties)

    def _leave(self) -> None:
        """Have the broker route no more asks to this process. From a shared queue, each delivery is handed over."""
        if self.channel is not None and self._exclusive:
            self.channel.queue_unbind(self._queue, topology.asks(self.container.service_name), topology.ONE_SHARE)
            self.channel.basic_cancel(self._consumer)

    def _hand_over_the_rest(self) -> None:
        """Hand over the asks that wait in the queue of this process."""
        channel = self.channel
        while channel is not None and self._exclusive:
            method, properties, body = channel.basic_get(self._queue)
            if method is None:
                return
            self._hand_over(channel, method, properties, body)

    def _hand_over(self, channel: BrokerChannel, method: Any, properties: Any, body: bytes) -> None:
        """Publish the ask again for another process, unchanged. A redelivered ask would count as begun."""
        exchange = topology.asks(self.container.service_name)
        with channel.connection:
            channel.basic_publish(exchange, method.routing_key, body, properties, mandatory=True)
            channel.basic_ack(method.delivery_tag)

    def _returned(self, channel: BrokerChannel, _: Any, properties: Any, __: bytes) -> None:
        """Tell the asker that no process is left to which the ask could be handed over."""
        problem = Unavailable("the service stops, and no other process of the service runs")
        self._send_reply(channel, properties, ask_protocol.error_body(problem))


def _within(deadline: int | None) -> float:
    """The seconds until the ask is interrupted; `deadline` is the caller's, in Unix milliseconds."""
    if deadline is None:
        return time_limits.ASK_WITHOUT_DEADLINE
    return max(0.0, deadline / 1000 - time.time()) + time_limits.AFTER_THE_ASKS_DEADLINE
