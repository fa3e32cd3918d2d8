"""Moves messages from the queues of the topology before ADR 23 into the present queues, and removes the former ones.

Before, an inbox was one queue that was bound to the exchanges of events, all services shared the delay queues, and
asks went through `nameko-rpc`. Nothing is lost if a migration is interrupted: a message is removed once the broker has
confirmed the message's copy, and consumers ignore events that they have applied.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.probe import queue_exists
from chassis.observability import logs
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

ASKS = "nameko-rpc"
PREFETCH = 200
SETTLE = 0.5  # seconds without a message after which a queue is empty

log = logs.logger(__name__)


def inbox(service: str) -> str:
    """The former queue of a service's events."""
    return f"{service}.inbox"


def delay(milliseconds: int) -> str:
    """The former exchange and queue of a delay; the routing key named the queue to return to."""
    return f"hotelmate.delay.{milliseconds}"


def move_former_queues(connection: pika.BlockingConnection) -> dict[str, int]:
    """Empty and remove the former queues and exchanges; returns the number of messages moved, by queue."""
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=PREFETCH)
    moved: dict[str, int] = {}

    def move(queue: str, forward: Callable[[str], tuple[str, str]]) -> None:
        if queue_exists(connection, queue):
            moved[queue] = _move(channel, queue, forward)

    inboxes = [service for service in SUBSCRIPTIONS if queue_exists(connection, inbox(service))]
    for service in inboxes:
        for owner in SUBSCRIPTIONS[service]:
            channel.queue_unbind(inbox(service), topology.exchange(owner), f"{owner}.#")
    for milliseconds in topology.DELAYS_MS:
        move(delay(milliseconds), partial(_delayed, str(milliseconds)))
    for service in inboxes:
        move(inbox(service), partial(_replayed, topology.replay(service)))
    for service in OWNERS:
        channel.queue_delete(f"rpc-{service}")
    for exchange in (ASKS, *map(delay, topology.DELAYS_MS)):
        channel.exchange_delete(exchange)
    return moved


def _move(channel: BlockingChannel, queue: str, forward: Callable[[str], tuple[str, str]]) -> int:
    """Publish each message to the exchange and key that `forward` names, then remove the queue."""
    count = 0
    for method, properties, body in channel.consume(queue, inactivity_timeout=SETTLE):
        if method is None:
            break
        exchange, key = forward(method.routing_key)
        channel.basic_publish(exchange, key, body, _with_subject(properties, body), mandatory=True)
        channel.basic_ack(method.delivery_tag)
        count += 1
    channel.cancel()
    channel.queue_delete(queue)
    return count


def _with_subject(properties: pika.BasicProperties, body: bytes) -> pika.BasicProperties:
    headers: dict[str, Any] = dict(properties.headers or {})
    try:
        headers.setdefault(event_protocol.SUBJECT, event_protocol.read_envelope(body).subject)
    except ValueError:
        log.warning("former_message_unreadable", message_id=properties.message_id)
    properties.headers = headers
    properties.expiration = None
    return properties


def _replayed(exchange: str, _: str) -> tuple[str, str]:
    return exchange, ""


def _delayed(milliseconds: str, former_inbox: str) -> tuple[str, str]:
    """The delay of the service to whose former inbox the message was to return."""
    service = former_inbox.removesuffix(".inbox")
    if service not in SUBSCRIPTIONS:
        raise RuntimeError(f"a delayed message is for {former_inbox!r}, which is the inbox of no service")
    return topology.retry(service), milliseconds
