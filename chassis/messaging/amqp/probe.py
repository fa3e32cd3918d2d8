"""Questions to the broker that need no permission."""

from collections.abc import Callable

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker


def exchange_exists(connection: pika.BlockingConnection, name: str) -> bool:
    """Whether the broker has an exchange of this name."""
    return _is_there(connection, lambda channel: channel.exchange_declare(name, passive=True))


def queue_exists(connection: pika.BlockingConnection, name: str) -> bool:
    """Whether the broker has a queue of this name."""
    return _is_there(connection, lambda channel: channel.queue_declare(name, passive=True))


def _is_there(connection: pika.BlockingConnection, declare: Callable[[BlockingChannel], object]) -> bool:
    channel = connection.channel()  # of its own, because the broker closes the channel where the thing is missing
    try:
        declare(channel)
    except ChannelClosedByBroker:
        return False
    channel.close()
    return True
