"""Removes the partitions of inboxes above a number, while the processes of the services run or do not run.

A partition gets no new events once its queue is unbound. The processes apply what waits, and leave the queue to this
migration's consumer when they have nothing of the partition in hand; what is left then is published through `S.replay`,
each message confirmed before it is removed, and the queue is deleted. An event that thereby overtakes an earlier one of
its subject is too early, and waits: consumers apply each subject in the order of its sequence.
"""

import time

import pika

from chassis.messaging import topology
from chassis.messaging.amqp.probe import queue_exists
from chassis.observability import logs
from contracts.catalogue import SUBSCRIPTIONS

WAIT = 60.0  # seconds
SETTLE = 0.5  # seconds without a message after which the queue is looked at

log = logs.logger(__name__)


def remove_partitions(connection: pika.BlockingConnection, count: int, *, wait: float = WAIT) -> dict[str, int]:
    """Keep `count` partitions of each inbox; returns the number of events moved, by queue.

    A queue whose consumer does not leave the queue within `wait` stays, unbound, and is removed by the next migration.
    """
    surplus = {service: _surplus(connection, service, count) for service in SUBSCRIPTIONS}
    channel = connection.channel()
    for service, queues in surplus.items():
        for queue in queues:
            channel.queue_unbind(queue, topology.inbox(service), topology.ONE_SHARE)
    moved: dict[str, int] = {}
    until = time.monotonic() + wait
    for service, queues in surplus.items():
        for queue in reversed(queues):  # so that the numbers of those that stay have no gap
            moved[queue] = _remove(connection, topology.replay(service), queue, until)
    return moved


def _surplus(connection: pika.BlockingConnection, service: str, count: int) -> list[str]:
    queues: list[str] = []
    while queue_exists(connection, queue := topology.partition(service, count + len(queues))):
        queues.append(queue)
    return queues


def _remove(connection: pika.BlockingConnection, replay: str, queue: str, until: float) -> int:
    channel = connection.channel()
    channel.confirm_delivery()
    count = 0
    for method, properties, body in channel.consume(queue, inactivity_timeout=SETTLE):
        if method is not None:
            channel.basic_publish(replay, "", body, properties, mandatory=True)
            channel.basic_ack(method.delivery_tag)
            count += 1
            continue
        state = channel.queue_declare(queue, passive=True).method
        if state.consumer_count == 1 and state.message_count == 0:  # our own, and therefore the active one
            channel.queue_delete(queue)
            break
        if time.monotonic() > until:
            log.warning("partition_still_consumed", queue=queue, waiting=state.message_count)
            break
    channel.close()
    return count
