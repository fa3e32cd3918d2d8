"""One delivery of an event: what was received, and what is to be done with it on the broker once its fate is known."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis import logs, wire
from chassis.hearing import Fate, Outcome
from contracts.message import Envelope

log = logs.logger(__name__)


@dataclass(frozen=True)
class Delivery:
    """A message as it came. `envelope` is None where it cannot be read."""

    tag: int
    body: bytes
    properties: pika.BasicProperties
    envelope: Envelope | None

    @classmethod
    def received(cls, tag: int, properties: pika.BasicProperties, body: bytes) -> "Delivery":
        """Read what can be read of it."""
        try:
            envelope = wire.read_envelope(body)
        except ValueError:
            envelope = None
        return cls(tag, body, properties, envelope)


UNREADABLE = Outcome(Fate.FAILED, "not an event")


def dispose(
    service: str,
    acking: BlockingChannel,
    confirming: BlockingChannel,
    deliveries: Sequence[Delivery],
    outcomes: Sequence[Outcome],
) -> None:
    """Bring back later or park what was not applied, with the broker's confirm, and only then acknowledge all."""
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if outcome.fate is not Fate.APPLIED:
            _put_aside(service, confirming, delivery, outcome)
    acking.basic_ack(deliveries[-1].tag, multiple=True)


def _put_aside(service: str, channel: BlockingChannel, delivery: Delivery, outcome: Outcome) -> None:
    headers = dict(delivery.properties.headers or {})
    now = int(time.time())
    headers[wire.ERROR] = outcome.why
    headers.setdefault(wire.FIRST_FAILED, now)
    if outcome.fate is Fate.TOO_EARLY:
        age = now - headers.setdefault(wire.EARLY_SINCE, now)
        hopeless = age > wire.EARLY_FOR
        pause = next(pause for younger_than, pause in wire.EARLY_PAUSES_MS if age < younger_than)
    else:
        attempt = headers.get(wire.ATTEMPT, 0) + 1
        headers[wire.ATTEMPT] = attempt
        hopeless = attempt >= wire.MAX_ATTEMPTS or delivery.envelope is None
        pause = wire.DELAYS_MS[min(attempt, len(wire.DELAYS_MS) - 1)]
    delivery.properties.headers = headers
    delivery.properties.expiration = None
    if hopeless:
        log.error(
            "event_parked", message_id=delivery.properties.message_id, type=delivery.properties.type, why=outcome.why
        )
        channel.basic_publish("", wire.dead_letters(service), delivery.body, delivery.properties, mandatory=True)
        return
    log.info("event_delayed", message_id=delivery.properties.message_id, why=outcome.why, ms=pause)
    channel.basic_publish(wire.delay(pause), wire.inbox(service), delivery.body, delivery.properties, mandatory=True)
