"""Signs the events that an unsigned version left in the queues; run once, by the migration of the broker.

An event is signed as its owner's, and takes its place in its queue again. Nothing is lost if a migration is
interrupted: a message is removed once the broker has confirmed the signed copy, and an event that is applied twice
changes nothing. Whoever runs the migration has the master keys, which no running process has.
"""

from collections.abc import Iterator, Mapping

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp.probe import exchange_exists
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import SIGNATURES, sign_event
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

# Exists once the messages of all queues are signed, so that a later migration leaves forged messages unsigned.
SIGNED = "topology.signed"
PREFETCH = 200


def signed(properties: pika.BasicProperties, body: bytes, keyrings: Mapping[str, Keyring]) -> pika.BasicProperties:
    """The properties with the signatures of the event's owner; unchanged for anything but an event."""
    headers = dict(properties.headers or {})
    try:
        event = event_protocol.read_envelope(body)
    except ValueError:
        return properties
    if event.source in keyrings and SIGNATURES not in headers:
        headers[SIGNATURES] = sign_event(keyrings[event.source], event, body)
        properties.headers = headers
    return properties


def sign_queues(connection: pika.BlockingConnection, keyrings: Mapping[str, Keyring], *, partitions: int) -> int:
    """Sign the messages of all inboxes, delays and dead letters, unless that was done; returns their number."""
    if not keyrings or exchange_exists(connection, SIGNED):
        return 0
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=PREFETCH)
    count = 0
    for queue, exchange, key in _queues(partitions):
        waiting = channel.queue_declare(queue, passive=True).method.message_count
        count += _sign(channel, queue, exchange, key, keyrings, most=waiting) if waiting else 0
    channel.exchange_declare(SIGNED, "fanout", durable=True)
    return count


def keyrings_of(entries: Mapping[str, str]) -> dict[str, Keyring]:
    """The keys of the owners, each as its relay has them."""
    return {owner: Keyring(owner, entries[owner]) for owner in OWNERS if entries.get(owner)}


def _queues(partitions: int) -> Iterator[tuple[str, str, str]]:
    """Each queue, and the exchange and key that lead into it. Delays come first: they end in an inbox."""
    for service in SUBSCRIPTIONS:
        for milliseconds in topology.DELAYS_MS:
            yield topology.delay(service, milliseconds), topology.retry(service), str(milliseconds)
    for service in SUBSCRIPTIONS:
        for queue in topology.partitions(service, partitions):
            yield queue, topology.replay(service), ""
        yield topology.dead_letters(service), topology.dead(service), ""


def _sign(
    channel: BlockingChannel, queue: str, exchange: str, key: str, keyrings: Mapping[str, Keyring], *, most: int
) -> int:
    """Publish up to `most` messages again, each signed; returns their number."""
    count = 0
    for method, properties, body in channel.consume(queue, inactivity_timeout=0.5):
        if method is None:
            break
        properties.expiration = None
        channel.basic_publish(exchange, key, body, signed(properties, body, keyrings), mandatory=True)
        channel.basic_ack(method.delivery_tag)
        count += 1
        if count == most:
            break
    channel.cancel()
    return count
