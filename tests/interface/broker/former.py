"""The topology of the version before ADR 23, as every process of that version declared it."""

from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import topology
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

FORMER_QUEUES = [
    *(f"{service}.inbox" for service in SUBSCRIPTIONS),
    *(f"hotelmate.delay.{milliseconds}" for milliseconds in topology.DELAYS_MS),
    *(f"rpc-{service}" for service in OWNERS),
]
FORMER_EXCHANGES = ["nameko-rpc", *(f"hotelmate.delay.{milliseconds}" for milliseconds in topology.DELAYS_MS)]


def declare_former(channel: BlockingChannel) -> None:
    """The topology as every process of the commit before declared it."""
    quorum = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
    for owner in OWNERS:
        channel.exchange_declare(f"{owner}.events", "topic", durable=True)
    channel.exchange_declare("nameko-rpc", "topic", durable=True)
    for service, owners in SUBSCRIPTIONS.items():
        limits = {"x-max-length": 1_000_000, "x-delivery-limit": 1_000_000}
        channel.queue_declare(f"{service}.inbox.dlq", durable=True, arguments=quorum | limits)
        arguments = {
            "x-single-active-consumer": True,
            "x-delivery-limit": 20,
            "x-dead-letter-strategy": "at-least-once",
            "x-max-length": 5_000_000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"{service}.inbox.dlq",
        }
        channel.queue_declare(f"{service}.inbox", durable=True, arguments=quorum | arguments)
        channel.queue_declare(f"rpc-{service}", durable=True)
        channel.queue_bind(f"rpc-{service}", "nameko-rpc", f"{service}.*")
        for owner in owners:
            channel.queue_bind(f"{service}.inbox", f"{owner}.events", f"{owner}.#")
    for milliseconds in topology.DELAYS_MS:
        name = f"hotelmate.delay.{milliseconds}"
        arguments = {
            "x-message-ttl": milliseconds,
            "x-dead-letter-exchange": "",
            "x-dead-letter-strategy": "at-least-once",
        }
        channel.exchange_declare(name, "fanout", durable=True)
        channel.queue_declare(name, durable=True, arguments=quorum | arguments)
        channel.queue_bind(name, name)


def former_properties(**headers: Any) -> pika.BasicProperties:
    """The properties of an event: neither a subject nor signatures are in the headers."""
    return pika.BasicProperties(delivery_mode=2, message_id="m", headers={"traceparent": "t", **headers})
