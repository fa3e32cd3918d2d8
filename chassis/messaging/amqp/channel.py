"""A channel for threads that block: declarations wait for the broker, publications and acknowledgements do not."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pika
from pika.exceptions import NackError, UnroutableError

from chassis import time_limits
from chassis.messaging.amqp.answers import Answer

if TYPE_CHECKING:
    from chassis.messaging.amqp.connection import BrokerConnection

NO_MESSAGE = (None, None, None)

Received = Callable[["BrokerChannel", Any, Any, bytes], object]


class BrokerChannel:
    """Its methods are those of pika's blocking channel.

    A method that waits raises what prevents the answer: pika's AMQPError, such as ChannelClosedByBroker, or
    TimeoutError.
    """

    def __init__(self, connection: "BrokerConnection", adapter: pika.connection.Connection) -> None:
        self.connection = connection
        self._waiting: set[Answer] = set()
        self._getting = Answer()
        self._publishing: threading.Lock | None = None
        self._confirmation = Answer()
        self._is_returned = False
        opening = Answer()
        with connection:
            self._channel = adapter.channel(on_open_callback=opening.set)
            self._channel.add_on_close_callback(self._closed)
            self._channel.add_callback(self._got_nothing, [pika.spec.Basic.GetEmpty], one_shot=False)
        self._wait_for(opening)

    @property
    def is_open(self) -> bool:
        """Whether the channel can be used, as far as is known."""
        return bool(self._channel.is_open)

    def basic_publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Any = None, *, mandatory: bool = False
    ) -> None:
        """Send a message. After `confirm_delivery`, wait until the broker has it.

        Raises UnroutableError where no queue gets a mandatory message, and NackError.
        """
        if self._publishing is None:
            with self.connection:
                self._channel.basic_publish(exchange, routing_key, body, properties, mandatory)
            return
        with self._publishing:
            self._confirmation, self._is_returned = Answer(), False
            with self.connection:
                self._channel.basic_publish(exchange, routing_key, body, properties, mandatory)
            confirmation = self._wait_for(self._confirmation, time_limits.CONFIRMS)
            if isinstance(confirmation.method, pika.spec.Basic.Nack):
                raise NackError([])
            if self._is_returned:
                raise UnroutableError([])

    def basic_ack(self, delivery_tag: int, *, multiple: bool = False) -> None:
        """Acknowledge a delivery, or all up to this one."""
        with self.connection:
            self._channel.basic_ack(delivery_tag, multiple)

    def basic_consume(
        self, queue: str, on_message: Received, *, auto_ack: bool = False, consumer_tag: str | None = None
    ) -> str:
        """Consume: `on_message(channel, method, properties, body)`. Returns the consumer tag."""

        def received(_: Any, *message: Any) -> None:
            self.connection.callbacks.append((on_message, (self, *message)))

        consume = self._channel.basic_consume
        answer = self._call(consume, queue, received, auto_ack=auto_ack, consumer_tag=consumer_tag)
        return str(answer.method.consumer_tag)

    def basic_cancel(self, consumer_tag: str) -> None:
        """End a consumer. Has no effect on one that the broker has ended."""
        if consumer_tag in self._channel.consumer_tags:
            self._call(self._channel.basic_cancel, consumer_tag)

    def basic_get(self, queue: str) -> tuple[Any, Any, Any]:
        """One message as (method, properties, body), or three times None."""
        self._getting = answer = Answer()
        with self.connection:
            self._channel.basic_get(queue, lambda _, *message: answer.set(message))
        method, properties, body = self._wait_for(answer)
        return method, properties, body

    def add_on_return_callback(self, callback: Received) -> None:
        """Have `callback(channel, method, properties, body)` called with mandatory messages that no queue gets."""

        def returned(_: Any, *message: Any) -> None:
            self.connection.callbacks.append((callback, (self, *message)))

        with self.connection:
            self._channel.add_on_return_callback(returned)

    def add_on_cancel_callback(self, callback: Callable[[], object]) -> None:
        """Have `callback()` called when the broker ends a consumer, for example because its queue is deleted."""
        with self.connection:
            self._channel.add_on_cancel_callback(lambda _: self.connection.callbacks.append((callback, ())))

    def add_on_close_callback(self, callback: Callable[[Exception], object]) -> None:
        """Have `callback(reason)` called when the channel is closed, while the connection's state is locked."""
        with self.connection:
            self._channel.add_on_close_callback(lambda _, reason: callback(reason))

    def confirm_delivery(self) -> None:
        """Have the broker confirm each message. One thread publishes at a time."""
        with self.connection:
            self._channel.add_on_return_callback(self._returned)
        self._call(self._channel.confirm_delivery, self._confirmed)
        self._publishing = threading.Lock()

    def basic_qos(self, *, prefetch_count: int) -> None:
        """Limit the unacknowledged deliveries of the next consumers."""
        self._call(self._channel.basic_qos, prefetch_count=prefetch_count)

    def queue_declare(self, queue: str, **kwargs: Any) -> Any:
        """Declare a queue; the arguments are pika's, and so is the frame that is returned."""
        return self._call(self._channel.queue_declare, queue, **kwargs)

    def queue_bind(self, queue: str, exchange: str, routing_key: str) -> None:
        """Bind a queue."""
        self._call(self._channel.queue_bind, queue, exchange, routing_key)

    def queue_unbind(self, queue: str, exchange: str, routing_key: str) -> None:
        """Unbind a queue."""
        self._call(self._channel.queue_unbind, queue, exchange, routing_key)

    def exchange_declare(self, exchange: str, exchange_type: str = "direct", **kwargs: Any) -> None:
        """Declare an exchange; the further arguments are pika's."""
        self._call(self._channel.exchange_declare, exchange, exchange_type, **kwargs)

    def exchange_delete(self, exchange: str) -> None:
        """Delete an exchange."""
        self._call(self._channel.exchange_delete, exchange)

    def close(self) -> None:
        """Close the channel: the broker delivers again what is not acknowledged."""
        closing = Answer()
        with self.connection:
            self._channel.add_on_close_callback(lambda *_: closing.set())
            self._channel.close()
        self.connection.wait_for(closing)

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = Answer()
        with self.connection:
            method(*args, callback=answer.set, **kwargs)
        return self._wait_for(answer)

    def _wait_for(self, answer: Answer, within: float | None = None) -> Any:
        self._waiting.add(answer)
        try:
            if self._channel.is_closed:
                answer.fail(self._reason)
            return self.connection.wait_for(answer, within)
        finally:
            self._waiting.discard(answer)

    _reason: Exception = pika.exceptions.ChannelWrongStateError("the channel is closed")

    def _closed(self, _: Any, reason: Exception) -> None:
        self._reason = reason
        for answer in list(self._waiting):
            answer.fail(reason)

    def _got_nothing(self, _: Any) -> None:
        self._getting.set(NO_MESSAGE)

    def _confirmed(self, frame: Any) -> None:
        self._confirmation.set(frame)

    def _returned(self, *_: Any) -> None:
        self._is_returned = True
