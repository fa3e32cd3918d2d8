"""Signs the events that an unsigned version left in the queues of the present topology; run by the broker's migration.

An event is signed as its owner's, and takes its place in its queue again. Whoever runs the migration has the master
keys, which no running process has. Events in former queues and in removed partitions are signed as they are moved.
"""

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import NamedTuple

import pika

from chassis.messaging import topology
from chassis.messaging.amqp.probe import exchange_exists
from chassis.messaging.keys import Keyring
from chassis.messaging.moves import WAIT, Keyrings, move
from chassis.messaging.removed_partitions import surplus_partitions
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

# Exists once the messages of all queues are signed, so that a later migration leaves forged messages unsigned.
SIGNED = "topology.signed"


def sign_queues(connection: pika.BlockingConnection, keyrings: Keyrings, *, partitions: int, wait: float = WAIT) -> int:
    """Sign the messages of all inboxes, delays and dead letters; returns the number of messages signed.

    An event may move to the next queue while this runs, so that the queues are read until none has an unsigned event.
    Raises `RuntimeError` where unsigned events still arrive after `wait` seconds.
    """
    if not keyrings:
        return 0
    until = monotonic() + wait
    total = 0
    while signed := sum(_sign(connection, way, keyrings, until) for way in _ways_in(partitions)):
        total += signed
        if monotonic() > until:
            raise RuntimeError("unsigned events arrive: stop the relays of the version before")
    if not any(queue for service in SUBSCRIPTIONS for queue in surplus_partitions(connection, service, partitions)):
        connection.channel().exchange_declare(SIGNED, "fanout", durable=True)
    return total


def signs(connection: pika.BlockingConnection) -> bool:
    """Whether this migration still signs what is unsigned."""
    return not exchange_exists(connection, SIGNED)


def keyrings_of(entries: Mapping[str, str]) -> dict[str, Keyring]:
    """The keys of the owners, each as its relay has them."""
    return {owner: Keyring(owner, entries[owner]) for owner in OWNERS if entries.get(owner)}


class WayIn(NamedTuple):
    """A queue, and the exchange and key that lead into it."""

    queue: str
    exchange: str
    key: str = ""


def _ways_in(partitions: int) -> Iterator[WayIn]:
    """All queues of events. Delays come first: they end in an inbox."""
    for service in SUBSCRIPTIONS:
        for milliseconds in topology.DELAYS_MS:
            yield WayIn(topology.delay(service, milliseconds), topology.retry(service), str(milliseconds))
    for service in SUBSCRIPTIONS:
        for queue in topology.partitions(service, partitions):
            yield WayIn(queue, topology.replay(service))
        yield WayIn(topology.dead_letters(service), topology.dead(service))


def _sign(connection: pika.BlockingConnection, way: WayIn, keyrings: Keyrings, until: float) -> int:
    """Publish each message that waits again, signed; returns the number of those that were not signed before."""
    with connection.channel() as channel:
        waiting = channel.queue_declare(way.queue, passive=True).method.message_count
    if not waiting:
        return 0
    _, signed = move(connection, way.queue, lambda _: (way.exchange, way.key), keyrings, until=until, most=waiting)
    return signed
