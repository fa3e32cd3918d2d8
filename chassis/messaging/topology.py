"""The exchanges, queues and bindings on the broker, as data.

`definitions` and `migrate` make them. A process only makes the queues that live as long as its connection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from contracts.askers import ASKS, GATEWAY
from contracts.catalogue import OWNERS, SUBSCRIPTIONS

USERS = tuple(ASKS)  # each kind of process is a user of the broker
DELAYS_MS = (200, 1_000, 5_000, 30_000, 120_000)
# Exists where inboxes and asks are hashed, as the type of an exchange cannot be read over AMQP.
HASHED = "topology.hashed"
HASH_EXCHANGE = "x-consistent-hash"
SHARED = "shared"
EVERYTHING, ONE_SHARE = "#", "1"


def exchange(owner: str) -> str:
    """The exchange of a service's events; `owner` is the service that publishes them."""
    return f"{owner}.events"


def inbox(service: str) -> str:
    """The exchange that distributes the events of a service over the partitions of the service's inbox, by subject."""
    return f"{service}.inbox"


def partition(service: str, number: int) -> str:
    """The queue of one partition of a service's inbox; partitions are numbered from 0."""
    return f"{service}.inbox.{number}"


def partitions(service: str, count: int) -> list[str]:
    """The queues of all partitions of a service's inbox."""
    return [partition(service, number) for number in range(count)]


def retry(service: str) -> str:
    """The exchange of the events that a service applies later; the routing key is the delay in milliseconds."""
    return f"{service}.retry"


def delay(service: str, milliseconds: int) -> str:
    """The queue that holds an event for `milliseconds`, and then moves the event into the service's inbox."""
    return f"{service}.retry.{milliseconds}"


def dead(service: str) -> str:
    """The exchange of the events that a service could not apply."""
    return f"{service}.dead"


def dead_letters(service: str) -> str:
    """The queue of the events that a service could not apply. An operator replays or drops such events."""
    return f"{service}.inbox.dlq"


def replay(service: str) -> str:
    """The exchange through which an operator returns events to a service's inbox."""
    return f"{service}.replay"


def asks(service: str) -> str:
    """The exchange of asks to a service, or to the gateway: there each process replies, and the first reply counts."""
    return f"{service}.asks"


def asks_queue(service: str, name: str = "") -> str:
    """The queue of asks to one process of a service or, named `SHARED`, to all processes of the service."""
    return f"asks.{service}.{name or uuid4().hex}"


def replies(user: str) -> str:
    """The exchange of the replies to the asks of a user; the routing key is the name of the reply queue."""
    return f"{user}.replies"


def reply_queue(user: str) -> str:
    """A name for a queue that only one connection of this user reads."""
    return f"reply.{user}.{uuid4().hex}"


def asker_of(reply_queue: str) -> str:
    """The user whose reply queue has this name; empty for any other name."""
    kind, _, rest = reply_queue.partition(".")
    return rest.partition(".")[0] if kind == "reply" else ""


@dataclass(frozen=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Queue:
    """A durable queue."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Binding:
    """A binding of a queue, or of an exchange, to the exchange `source`."""

    source: str
    destination: str
    key: str = ""
    to_queue: bool = True


@dataclass(frozen=True)
class Topology:
    """All that exists without a process. Bindings to queues come first, so that no event passes an inbox by."""

    exchanges: Sequence[Exchange]
    queues: Sequence[Queue]
    bindings: Sequence[Binding]


def topology(*, partitions: int = 1, hashed: bool = True) -> Topology:
    """The topology with this number of inbox partitions.

    A broker without `rabbitmq_consistent_hash_exchange` needs `hashed=False`: inboxes then have one partition, and
    the processes of a service share one queue of asks.
    """
    count = partitions if hashed else 1
    queues = [queue for service in SUBSCRIPTIONS for queue in _queues(service, count)]
    bindings = [binding for service in SUBSCRIPTIONS for binding in _bindings(service, count, hashed=hashed)]
    return Topology(list(_exchanges(hashed=hashed)), queues, sorted(bindings, key=lambda each: not each.to_queue))


def _exchanges(*, hashed: bool) -> Iterator[Exchange]:
    if hashed:
        yield Exchange(HASHED, "fanout")
    for owner in OWNERS:
        yield Exchange(exchange(owner), "topic")
    for user in USERS:
        yield Exchange(replies(user), "direct")
    yield Exchange(asks(GATEWAY), "fanout")
    for service in SUBSCRIPTIONS:
        for name, argument in ((inbox(service), {"hash-header": "subject"}), (asks(service), _BY_CORRELATION_ID)):
            yield Exchange(name, HASH_EXCHANGE, argument) if hashed else Exchange(name, "topic")
        yield Exchange(retry(service), "direct")
        yield Exchange(dead(service), "fanout")
        yield Exchange(replay(service), "fanout")


_BY_CORRELATION_ID = {"hash-property": "correlation_id"}


def _queues(service: str, count: int) -> Iterator[Queue]:
    for name in partitions(service, count):
        # RabbitMQ 4 drops what was delivered 20 times, unless the queue names a limit.
        yield Queue(
            name,
            quorum(
                single_active_consumer=True,
                delivery_limit=20,
                dead_letter_exchange=dead(service),
                dead_letter_strategy="at-least-once",
                max_length=5_000_000,
            ),
        )
    yield Queue(dead_letters(service), quorum(max_length=1_000_000, delivery_limit=1_000_000))
    for milliseconds in DELAYS_MS:
        moves = {"dead_letter_exchange": inbox(service), "dead_letter_strategy": "at-least-once"}
        yield Queue(delay(service, milliseconds), quorum(message_ttl=milliseconds, **moves))


def _bindings(service: str, count: int, *, hashed: bool) -> Iterator[Binding]:
    for name in partitions(service, count):
        yield Binding(inbox(service), name, binding_key(hashed=hashed))
    yield Binding(dead(service), dead_letters(service))
    for milliseconds in DELAYS_MS:
        yield Binding(retry(service), delay(service, milliseconds), str(milliseconds))
    yield Binding(replay(service), inbox(service), to_queue=False)
    for owner in SUBSCRIPTIONS[service]:
        yield Binding(exchange(owner), inbox(service), f"{owner}.#", to_queue=False)


def binding_key(*, hashed: bool) -> str:
    """The key that binds a queue to an inbox or asks exchange: an equal share of the messages, or all of them."""
    return ONE_SHARE if hashed else EVERYTHING


def quorum(**arguments: Any) -> dict[str, Any]:
    """The arguments of a durable quorum queue. A full queue refuses new messages; no message is dropped."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        **{f"x-{name.replace('_', '-')}": value for name, value in arguments.items()},
    }
