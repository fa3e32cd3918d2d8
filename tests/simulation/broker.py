"""The broker's model: exchanges, bindings and queues of the real topology, without a network.

Consistent hashing sends a subject to one partition; a delay queue gives its messages to its dead-letter exchange after
their time; a delivery is taken off a partition by an acknowledgement only, and returns to its head when its consumer
dies.
"""

from __future__ import annotations

import copy
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pika

from chassis.messaging.event_protocol import SUBJECT
from chassis.messaging.topology import HASH_EXCHANGE, Topology

TTL, DEAD_LETTERS = "x-message-ttl", "x-dead-letter-exchange"


@dataclass
class QueuedMessage:
    """A message in a queue; `since` is the world's time in seconds at which it came."""

    key: str
    body: bytes
    properties: pika.BasicProperties
    since: float


class SimulatedBroker:
    """Routes messages as RabbitMQ does with this topology. `now` is the world's time in seconds."""

    def __init__(self, topology: Topology, now: Callable[[], float]) -> None:
        self._now = now
        self._exchanges = {each.name: each for each in topology.exchanges}
        self._bindings: dict[str, list[Any]] = {}
        for binding in topology.bindings:
            self._bindings.setdefault(binding.source, []).append(binding)
        self._arguments = {each.name: each.arguments for each in topology.queues}
        self.queues: dict[str, deque[QueuedMessage]] = {each.name: deque() for each in topology.queues}
        self._delays = [name for name, arguments in self._arguments.items() if TTL in arguments]

    def clear(self) -> None:
        """Empty all queues."""
        for queue in self.queues.values():
            queue.clear()

    def publish(self, exchange: str, key: str, body: bytes, properties: pika.BasicProperties) -> None:
        """Route a message. Raises `LookupError` where no queue is bound: all events here are `mandatory`."""
        routed = self._route(exchange, key, properties)
        if not routed:
            raise LookupError(f"{exchange} routes {key} to no queue")
        for name in routed:
            self.queues[name].append(QueuedMessage(key, body, copy.deepcopy(properties), self._now()))

    def expire(self) -> None:
        """Move the messages whose delay has passed."""
        for name in self._delays:
            while self.queues[name] and self._expires_at(name) <= self._now():
                message = self.queues[name].popleft()
                self.publish(self._arguments[name][DEAD_LETTERS], message.key, message.body, message.properties)

    def next_expiry(self) -> float | None:
        """The world's time at which the next delay passes; None where nothing is delayed."""
        return min((self._expires_at(name) for name in self._delays if self.queues[name]), default=None)

    def _expires_at(self, name: str) -> float:
        """The world's time at which the first message of a delay queue goes on."""
        return self.queues[name][0].since + float(self._arguments[name][TTL]) / 1000

    def _route(self, exchange: str, key: str, properties: pika.BasicProperties) -> list[str]:
        bindings = self._bindings.get(exchange, [])
        kind = self._exchanges[exchange].kind
        if kind == HASH_EXCHANGE:
            subject = str((properties.headers or {}).get(SUBJECT, ""))
            bindings = bindings and [bindings[zlib.crc32(subject.encode()) % len(bindings)]]
        elif kind != "fanout":
            bindings = [each for each in bindings if _matches(each.key, key)]
        routed: list[str] = []
        for binding in bindings:
            routed += [binding.destination] if binding.to_queue else self._route(binding.destination, key, properties)
        return list(dict.fromkeys(routed))


def _matches(pattern: str, key: str) -> bool:
    return pattern in {"#", key} or (pattern.endswith(".#") and key.startswith(pattern[:-1]))


class SimulatedChannel:
    """A consumer's channel on a partition, with the functions that `acknowledge` uses."""

    def __init__(self, broker: SimulatedBroker, queue: str) -> None:
        self._broker = broker
        self._queue = queue

    def basic_publish(
        self, exchange: str, routing_key: str, body: bytes, properties: pika.BasicProperties, *, mandatory: bool
    ) -> None:
        """Publish, as on a channel with confirms."""
        assert mandatory
        self._broker.publish(exchange, routing_key, body, properties)

    def basic_ack(self, tag: int, *, multiple: bool) -> None:
        """Take the first `tag` messages off the partition."""
        assert multiple
        for _ in range(tag):
            self._broker.queues[self._queue].popleft()
