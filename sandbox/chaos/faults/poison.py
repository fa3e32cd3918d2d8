"""Poisoned messages, which a service can never apply: published into its inbox with the operator's access."""

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

PARKED_WITHIN = 30.0  # seconds


class PoisonedInbox:
    """The inbox and the dead letters of one service, and one message for them. `amqp_url` is the operator's."""

    def __init__(self, amqp_url: str, service: str) -> None:
        self._parameters, self._service = pika.URLParameters(amqp_url), service
        self._id = f"poison-{uuid.uuid4()}"

    def publish(self, kind: FaultKind) -> None:
        """Put the message into the inbox."""
        with pika.BlockingConnection(self._parameters) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            body, properties = self._message(kind)
            channel.basic_publish(topology.replay(self._service), "", body, properties, mandatory=True)

    def take_back(self) -> bool:
        """Remove the message from the dead letters; whether it was parked there in time."""
        deadline = time.monotonic() + PARKED_WITHIN
        while time.monotonic() < deadline:
            with pika.BlockingConnection(self._parameters) as connection:
                if self._removed(connection.channel()):
                    return True
            time.sleep(0.3)
        return False

    def _removed(self, channel: Any) -> bool:
        while True:  # what is not acknowledged returns to the queue when the connection closes
            method, properties, _ = channel.basic_get(topology.dead_letters(self._service))
            if method is None:
                return False
            if properties.message_id == self._id:
                channel.basic_ack(method.delivery_tag)
                return True

    def _message(self, kind: FaultKind) -> tuple[bytes, pika.BasicProperties]:
        envelope = _envelope(self._id, SUBSCRIPTIONS[self._service][0], known=kind is FaultKind.UNSIGNED)
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
