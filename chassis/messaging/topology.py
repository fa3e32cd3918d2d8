"""The exchanges, queues and bindings on the broker. Every process declares all of them."""

from typing import Any

from pika.adapters.blocking_connection import BlockingChannel
from pika.channel import Channel

from contracts.catalogue import OWNERS, SUBSCRIPTIONS

ASKS = "nameko-rpc"
DELAYS_MS = (200, 1_000, 5_000, 30_000, 120_000)


def exchange(owner: str) -> str:
    """The exchange of a service's events; `owner` is the service that publishes them."""
    return f"{owner}.events"


def inbox(service: str) -> str:
    """The durable queue of all events to which a service subscribes."""
    return f"{service}.inbox"


def dead_letters(service: str) -> str:
    """The queue of the events that a service could not apply. An operator replays or drops such events."""
    return f"{service}.inbox.dlq"


def delay(milliseconds: int) -> str:
    """The queue that holds a message for `milliseconds`, and then moves the message to the queue of its routing key."""
    return f"hotelmate.delay.{milliseconds}"


def asks_queue(service: str) -> str:
    """The queue of asks to a service."""
    return f"rpc-{service}"


def quorum(**arguments: Any) -> dict[str, Any]:
    """The arguments of a durable quorum queue. A full queue refuses new messages; no message is dropped."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        **{f"x-{name.replace('_', '-')}": value for name, value in arguments.items()},
    }


def topology() -> tuple[list[tuple[str, str]], list[tuple[str, dict[str, Any]]], list[tuple[str, str, str]]]:
    """All exchanges (name, type), durable queues (name, arguments) and bindings (queue, exchange, key)."""
    exchanges = [(exchange(owner), "topic") for owner in OWNERS] + [(ASKS, "topic")]
    queues: dict[str, dict[str, Any]] = {}
    bindings: list[tuple[str, str, str]] = []
    for service, owners in SUBSCRIPTIONS.items():
        dead_letter = {"dead_letter_exchange": "", "dead_letter_routing_key": dead_letters(service)}
        # RabbitMQ 4 drops what was delivered 20 times, unless the queue names a limit.
        queues[dead_letters(service)] = quorum(max_length=1_000_000, delivery_limit=1_000_000)
        queues[inbox(service)] = quorum(
            single_active_consumer=True,
            delivery_limit=20,
            dead_letter_strategy="at-least-once",
            max_length=5_000_000,
            **dead_letter,
        )
        queues[asks_queue(service)] = {}
        bindings += [(inbox(service), exchange(owner), f"{owner}.#") for owner in owners]
        bindings.append((asks_queue(service), ASKS, f"{service}.*"))
    for milliseconds in DELAYS_MS:
        exchanges.append((delay(milliseconds), "fanout"))
        queues[delay(milliseconds)] = quorum(
            message_ttl=milliseconds, dead_letter_exchange="", dead_letter_strategy="at-least-once"
        )
        bindings.append((delay(milliseconds), delay(milliseconds), ""))
    return exchanges, list(queues.items()), bindings


def declare(channel: BlockingChannel | Channel) -> None:
    """Declare the topology; what exists is left unchanged. On an asyncio `Channel`, does not wait for the broker."""
    exchanges, queues, bindings = topology()
    for name, kind in exchanges:
        channel.exchange_declare(name, kind, durable=True)
    for name, arguments in queues:
        channel.queue_declare(name, durable=True, arguments=arguments)
    for queue, source, key in bindings:
        channel.queue_bind(queue, source, key)
