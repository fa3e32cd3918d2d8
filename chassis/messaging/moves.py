"""Moves the messages of a queue, each published and confirmed before it is removed.

Nothing is lost where the migration dies: a message without an acknowledgement returns to its queue, and an event that
is applied twice changes nothing.
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import event_protocol
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import SIGNATURES, sign_event
from chassis.observability import logs

WAIT = 60.0  # seconds until a queue that another consumer reads is given up
SETTLE = 0.5  # seconds without a message after which the queue is looked at
PREFETCH = 200

Forward = Callable[[str], tuple[str, str]]  # exchange and routing key, by the routing key that the message came with
Keyrings = Mapping[str, Keyring]  # by owner; empty where messages stay as they are signed

log = logs.logger(__name__)


class QueueInUse(RuntimeError):
    """Another consumer of the queue did not leave in time."""


def move(
    connection: pika.BlockingConnection,
    queue: str,
    forward: Forward,
    keyrings: Keyrings,
    *,
    until: float,
    most: int | None = None,
) -> tuple[int, int]:
    """Publish the messages again until the queue is empty or `most` are moved; returns how many, and how many signed.

    Without `most` nobody else has the queue's messages afterwards, so that the queue may be deleted. Raises
    `QueueInUse` once `until`, in seconds of the monotonic clock, has passed.
    """
    moved = signed = 0
    with connection.channel() as channel:
        channel.confirm_delivery()
        channel.basic_qos(prefetch_count=PREFETCH)
        while True:
            for method, properties, body in channel.consume(queue, inactivity_timeout=SETTLE):
                if method is not None:
                    exchange, key = forward(method.routing_key)
                    signed += complete(properties, body, keyrings)
                    channel.basic_publish(exchange, key, body, properties, mandatory=True)
                    channel.basic_ack(method.delivery_tag)
                    moved += 1
                    if moved == most:
                        break
                elif _is_empty(channel, queue, shared=most is not None):
                    break
                elif monotonic() > until:
                    raise QueueInUse(queue)
            returned = channel.cancel()  # deliveries that were under way; the queue has them again
            if moved == most or not returned:
                return moved, signed


def complete(properties: pika.BasicProperties, body: bytes, keyrings: Keyrings) -> bool:
    """Add the event's subject, and the signatures of its owner, where they are missing; returns whether it signed."""
    properties.expiration = None
    try:
        event = event_protocol.read_envelope(body)
    except ValueError:
        log.warning("moved_message_unreadable", message_id=properties.message_id)
        return False
    headers: dict[str, Any] = {event_protocol.SUBJECT: event.subject, **(properties.headers or {})}
    signs = event.source in keyrings and SIGNATURES not in headers
    if signs:
        headers[SIGNATURES] = sign_event(keyrings[event.source], event, body)
    properties.headers = headers
    return signs


def _is_empty(channel: BlockingChannel, queue: str, *, shared: bool) -> bool:
    """Whether nothing waits, and unless the queue is `shared` nobody else has messages of the queue in hand."""
    state = channel.queue_declare(queue, passive=True).method
    return bool(state.message_count == 0 and (shared or state.consumer_count == 1))
