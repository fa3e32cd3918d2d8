"""Removes the partitions of inboxes above a number, while the processes of the services run or do not run.

A partition gets no new events once its queue is unbound. The processes apply what waits, and leave the queue to this
migration's consumer when they have nothing of the partition in hand; what is left then is published through `S.replay`,
and the queue is deleted. An event that thereby overtakes an earlier one of its subject is too early, and waits:
consumers apply each subject in the order of its sequence.
"""

from collections.abc import Iterator
from functools import partial
from time import monotonic

import pika

from chassis.messaging import topology
from chassis.messaging.amqp.probe import queue_exists
from chassis.messaging.moves import WAIT, Keyrings, QueueInUse, move
from chassis.observability import logs
from contracts.catalogue import SUBSCRIPTIONS

log = logs.logger(__name__)


def remove_partitions(
    connection: pika.BlockingConnection, count: int, keyrings: Keyrings, *, wait: float = WAIT
) -> dict[str, int]:
    """Keep `count` partitions of each inbox; returns the number of events moved, by queue.

    A queue whose consumer does not leave the queue within `wait` stays, unbound, and is removed by the next migration.
    """
    surplus = {service: list(surplus_partitions(connection, service, count)) for service in SUBSCRIPTIONS}
    channel = connection.channel()
    for service, queues in surplus.items():
        for queue in queues:
            channel.queue_unbind(queue, topology.inbox(service), topology.ONE_SHARE)
    moved: dict[str, int] = {}
    until = monotonic() + wait
    for service, queues in surplus.items():
        for queue in reversed(queues):  # so that the numbers of those that stay have no gap
            try:
                moved[queue], _ = move(connection, queue, partial(replayed, service), keyrings, until=until)
            except QueueInUse:
                log.warning("partition_still_consumed", queue=queue)
            else:
                channel.queue_delete(queue)
    return moved


def replayed(service: str, _: str) -> tuple[str, str]:
    """The way back into the inbox of a service."""
    return topology.replay(service), ""


def surplus_partitions(connection: pika.BlockingConnection, service: str, count: int) -> Iterator[str]:
    """The queues of the partitions that exist above `count`."""
    while queue_exists(connection, queue := topology.partition(service, count)):
        yield queue
        count += 1
