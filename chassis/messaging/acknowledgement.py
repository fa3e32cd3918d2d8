"""Acknowledges deliveries. Before that, each unapplied event is published to a delay queue or the dead letters."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pika

from chassis.messaging import event_protocol, topology
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import event_problem
from chassis.observability import logs
from contracts.message import Envelope

MAX_ATTEMPTS = 5
# An event that is too early is retried in proportion to its age: (younger than so many seconds, pause in ms).
EARLY_PAUSES_MS = ((1, 200), (10, 1_000), (60, 5_000), (600, 30_000), (float("inf"), 120_000))
EARLY_FOR = 24 * 3600

log = logs.logger(__name__)


class Acknowledging(Protocol):
    """A channel on which deliveries have come."""

    def basic_ack(self, delivery_tag: int, /, *, multiple: bool) -> None: ...


class Confirming(Protocol):
    """A channel whose publications return when the broker has confirmed them."""

    def basic_publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Any, /, *, mandatory: bool
    ) -> None: ...


@dataclass(frozen=True)
class EventDelivery:
    """One delivery of an event from a partition of the inbox.

    `envelope` is None where the body cannot be read or is not its owner's: see `why`.
    """

    tag: int
    body: bytes
    properties: pika.BasicProperties
    envelope: Envelope | None
    why: str = "not an event"
    partition: int = 0

    @classmethod
    def received(
        cls, tag: int, properties: pika.BasicProperties, body: bytes, keyring: Keyring, *, partition: int = 0
    ) -> "EventDelivery":
        """A delivery as the broker handed it over, verified with the keys of the service."""
        try:
            envelope = event_protocol.read_envelope(body)
        except ValueError:
            return cls(tag, body, properties, None, partition=partition)
        if problem := event_problem(keyring, envelope, properties.headers, body):
            return cls(tag, body, properties, None, problem, partition)
        return cls(tag, body, properties, envelope, partition=partition)

    @property
    def refused(self) -> DispatchResult:
        """The result of a delivery without an envelope."""
        return DispatchResult(Disposition.FAILED, self.why)


def acknowledge(
    service: str,
    acking: Acknowledging,
    confirming: Confirming,
    deliveries: Sequence[EventDelivery],
    results: Sequence[DispatchResult],
) -> None:
    """Acknowledge all deliveries. Before that, publish each unapplied event to a delay queue or the dead letters."""
    for delivery, result in zip(deliveries, results, strict=True):
        if result.disposition is not Disposition.APPLIED:
            _retry_or_park(service, confirming, delivery, result)
    acking.basic_ack(deliveries[-1].tag, multiple=True)


def _retry_or_park(service: str, channel: Confirming, delivery: EventDelivery, result: DispatchResult) -> None:
    headers = dict(delivery.properties.headers or {})
    now = int(time.time())
    headers[event_protocol.ERROR] = result.why
    headers.setdefault(event_protocol.FIRST_FAILED, now)
    if result.disposition is Disposition.TOO_EARLY:
        age = now - headers.setdefault(event_protocol.EARLY_SINCE, now)
        parks = age > EARLY_FOR
        pause = next(pause for younger_than, pause in EARLY_PAUSES_MS if age < younger_than)
    else:
        attempt = headers.get(event_protocol.ATTEMPT, 0) + 1
        headers[event_protocol.ATTEMPT] = attempt
        parks = attempt >= MAX_ATTEMPTS or delivery.envelope is None
        pause = topology.DELAYS_MS[min(attempt, len(topology.DELAYS_MS) - 1)]
    properties = delivery.properties
    properties.headers = headers
    properties.expiration = None
    if parks:
        log.error("event_parked", message_id=properties.message_id, type=properties.type, why=result.why)
        channel.basic_publish(topology.dead(service), "", delivery.body, properties, mandatory=True)
        return
    log.info("event_delayed", message_id=properties.message_id, why=result.why, ms=pause)
    channel.basic_publish(topology.retry(service), str(pause), delivery.body, properties, mandatory=True)
