"""Moves messages from the queues of the topology before ADR 23 into the present queues, and removes the former ones.

Before, an inbox was one queue that was bound to the exchanges of events, all services shared the delay queues, asks
went through `nameko-rpc`, and nothing was signed. Each event is signed as it is moved, so that a service that already
runs gets no unsigned event.
"""

from functools import partial
from time import monotonic

import pika

from chassis.messaging import topology
from chassis.messaging.amqp.probe import queue_exists
from chassis.messaging.moves import WAIT, Forward, Keyrings, QueueInUse, move
from chassis.messaging.removed_partitions import replayed
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

ASKS = "nameko-rpc"


def inbox(service: str) -> str:
    """The former queue of a service's events."""
    return f"{service}.inbox"


def delay(milliseconds: int) -> str:
    """The former exchange and queue of a delay; the routing key named the queue to return to."""
    return f"hotelmate.delay.{milliseconds}"


def move_former_queues(
    connection: pika.BlockingConnection, keyrings: Keyrings, *, wait: float = WAIT
) -> dict[str, int]:
    """Empty and remove the former queues and exchanges; returns the number of messages moved, by queue.

    Raises `RuntimeError`, and removes nothing more, where a queue is still in use after `wait` seconds.
    """
    channel = connection.channel()
    moved: dict[str, int] = {}

    def empty(queue: str, forward: Forward) -> None:
        try:
            moved[queue], _ = move(connection, queue, forward, keyrings, until=monotonic() + wait)
        except QueueInUse:
            raise RuntimeError(f"{queue} is in use: stop the processes of the version before") from None

    inboxes = [service for service in SUBSCRIPTIONS if queue_exists(connection, inbox(service))]
    for service in inboxes:
        for owner in SUBSCRIPTIONS[service]:
            channel.queue_unbind(inbox(service), topology.exchange(owner), f"{owner}.#")
    for milliseconds in topology.DELAYS_MS:
        if queue_exists(connection, queue := delay(milliseconds)):
            empty(queue, partial(_delayed, str(milliseconds)))
            channel.queue_delete(queue)
    for service in inboxes:
        empty(inbox(service), partial(replayed, service))
        channel.queue_delete(inbox(service))
    for service in OWNERS:
        channel.queue_delete(f"rpc-{service}")
    for exchange in (ASKS, *map(delay, topology.DELAYS_MS)):
        channel.exchange_delete(exchange)
    return moved


def _delayed(milliseconds: str, former_inbox: str) -> tuple[str, str]:
    """The delay of the service to whose former inbox the message was to return."""
    service = former_inbox.removesuffix(".inbox")
    if service not in SUBSCRIPTIONS:
        raise RuntimeError(f"a delayed message is for {former_inbox!r}, which is the inbox of no service")
    return topology.retry(service), milliseconds
