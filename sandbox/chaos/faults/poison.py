"""Poisoned messages: what a service can never apply, put into its inbox with the operator's access to the broker."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pika

from chassis import codec
from chassis.messaging import event_protocol, topology
from contracts.catalogue import SUBSCRIPTIONS
from contracts.message import Envelope
from sandbox.chaos.faults.table import FaultKind

COPIES = 5
PARKED_WITHIN = 30.0  # seconds


class PoisonedInbox:
    """The inbox and the dead letters of one service. `amqp_url` is the operator's."""

    def __init__(self, amqp_url: str, service: str) -> None:
        self._parameters, self._service = pika.URLParameters(amqp_url), service
        self._ids = {f"poison-{uuid.uuid4()}" for _ in range(COPIES)}

    def publish(self, kind: FaultKind) -> None:
        """Put the messages into the inbox."""
        with pika.BlockingConnection(self._parameters) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for message_id in sorted(self._ids):
                body, properties = self._message(kind, message_id)
                channel.basic_publish(topology.replay(self._service), "", body, properties, mandatory=True)

    def take_back(self) -> int:
        """Remove the messages from the dead letters; the number of those that were not parked in time."""
        missing, deadline = set(self._ids), time.monotonic() + PARKED_WITHIN
        while missing and time.monotonic() < deadline:
            with pika.BlockingConnection(self._parameters) as connection:
                missing -= self._parked(connection.channel(), missing)
            time.sleep(0.3)
        return len(missing)

    def _parked(self, channel: Any, ids: set[str]) -> set[str]:
        parked = set[str]()
        while True:  # what is not acknowledged returns to the queue when the connection closes
            method, properties, _ = channel.basic_get(topology.dead_letters(self._service))
            if method is None:
                return parked
            if properties.message_id in ids:
                channel.basic_ack(method.delivery_tag)
                parked.add(properties.message_id)

    def _message(self, kind: FaultKind, message_id: str) -> tuple[bytes, pika.BasicProperties]:
        envelope = _envelope(message_id, SUBSCRIPTIONS[self._service][0], known=kind is FaultKind.UNSIGNED)
        properties = event_protocol.event_properties(envelope)
        body = b"\xff\xfe this is no event" if kind is FaultKind.UNREADABLE else codec.encode(envelope)
        return body, properties


KNOWN = {
    "bookings": "BookingApproved",
    "payments": "PaymentCaptured",
    "rooms": "InventoryHeld",
    "notifier": "NoticeGaveUp",
}


def _envelope(message_id: str, owner: str, *, known: bool) -> Envelope:
    kind = f"{owner}.{KNOWN[owner] if known else 'NoSuchThing'}.v1"
    return Envelope(
        id=message_id,
        source=owner,
        type=kind,
        subject=f"BK-POISON-{message_id[-8:]}",
        time=datetime.now(UTC),
        sequence=1,
        hotel="hotel-killarney",
        data={},
        dataschema=f"urn:hotelmate:{kind}",
    )
