"""Questions to the broker that need no permission but that of a user for its own names."""

from collections.abc import Callable
from typing import TypeAlias

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.connection import BrokerConnection

Connection: TypeAlias = pika.BlockingConnection | BrokerConnection
Channel: TypeAlias = BlockingChannel | BrokerChannel


def exchange_exists(connection: Connection, name: str) -> bool:
    """Whether the broker has an exchange of this name."""
    return _is_there(connection, lambda channel: channel.exchange_declare(name, passive=True))


def queue_exists(connection: Connection, name: str) -> bool:
    """Whether the broker has a queue of this name."""
    return _is_there(connection, lambda channel: channel.queue_declare(name, passive=True))


def _is_there(connection: Connection, declare: Callable[[Channel], object]) -> bool:
    channel = connection.channel()  # of its own, because the broker closes the channel where the thing is missing
    try:
        declare(channel)
    except ChannelClosedByBroker:
        return False
    channel.close()
    return True


class QueueProbe:
    """Asks about the queues of one connection, on a channel that is kept until an answer closes it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel: Channel | None = None

    def consumers_of(self, queue: str) -> int | None:
        """How many consumers the queue has, those that have cancelled but not acknowledged included; None: no queue.

        Raises what prevents the answer.
        """
        if self._channel is None or not self._channel.is_open:
            self._channel = self._connection.channel()
        try:
            return int(self._channel.queue_declare(queue, passive=True).method.consumer_count)
        except ChannelClosedByBroker:
            return None
        except BaseException:  # the answer may still come, and would be taken for that to the next question
            self._channel = None
            raise


def require_exchange_type(connection: Connection, kind: str, *, name: str) -> None:
    """Make and remove an exchange of this type and name. Without the type's plugin the broker closes the connection."""
    channel = connection.channel()
    channel.exchange_declare(name, kind, auto_delete=True)
    channel.exchange_delete(name)
    channel.close()
