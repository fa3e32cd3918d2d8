"""A service's dead-letter queue, opened on the broker: what is parked there, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pika
import sqlalchemy as sa
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp import parameters
from chassis.messaging.inbox import skip
from chassis.transactions.tables import INBOX_POSITION
from contracts.message import Envelope


@dataclass(frozen=True)
class Letter:
    """One parked message. `envelope` is None where it cannot be read as an event."""

    tag: int
    body: bytes
    properties: pika.BasicProperties
    envelope: Envelope | None

    @property
    def id(self) -> str:
        """The event's own id, by which commands name it."""
        return str(self.properties.message_id or f"#{self.tag}")

    @property
    def why(self) -> str:
        """What the last try said."""
        headers = self.properties.headers or {}
        return str(headers.get(event_protocol.ERROR) or "it ended the process that handled it, again and again")

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        return int((self.properties.headers or {}).get(event_protocol.ATTEMPT, 0))

    @property
    def first_failed_at(self) -> datetime | None:
        """When it failed first, UTC."""
        seconds = (self.properties.headers or {}).get(event_protocol.FIRST_FAILED)
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)


class DeadLetters:
    """The open queue. What is neither replayed nor taken off stays parked, in its order."""

    def __init__(self, service: str, channel: BlockingChannel) -> None:
        self.service = service
        self._channel = channel

    def letters(self, *, most: int | None = None) -> list[Letter]:
        """What is parked, oldest first; all of it, or that many."""
        found: list[Letter] = []
        while most is None or len(found) < most:
            method, properties, body = self._channel.basic_get(topology.dead_letters(self.service))
            if method is None:
                return found
            try:
                envelope = event_protocol.read_envelope(body)
            except ValueError:
                envelope = None
            found.append(Letter(method.delivery_tag, body, properties, envelope))
        return found

    def waiting(self) -> int:
        """How many messages wait for the service itself."""
        found = self._channel.queue_declare(topology.inbox(self.service), passive=True)
        return int(found.method.message_count)

    def replay(self, letter: Letter) -> None:
        """Give it back to the service as if it had never been tried; off the queue only once the broker has it."""
        fresh = pika.BasicProperties(
            content_type=letter.properties.content_type,
            delivery_mode=2,
            message_id=letter.properties.message_id,
            type=letter.properties.type,
            timestamp=letter.properties.timestamp,
            headers={name: value for name, value in (letter.properties.headers or {}).items() if name == "traceparent"},
        )
        self._channel.basic_publish("", topology.inbox(self.service), letter.body, fresh, mandatory=True)
        self.take_off(letter)

    def take_off(self, letter: Letter) -> None:
        """Forget it."""
        self._channel.basic_ack(letter.tag)


@contextmanager
def opened(amqp_url: str, service: str) -> Iterator[DeadLetters]:
    """The dead-letter queue of a service, for one command."""
    connection = pika.BlockingConnection(parameters.parameters(amqp_url, "hotelmate-dlq"))
    try:
        channel = connection.channel()
        topology.declare(channel)
        channel.confirm_delivery()
        yield DeadLetters(service, channel)
    finally:
        if connection.is_open:
            connection.close()


def standing(connection: sa.Connection, envelope: Envelope) -> int:
    """The last number of the event's subject that the service has applied."""
    last = connection.execute(
        sa.select(INBOX_POSITION.c.last).where(
            INBOX_POSITION.c.source == envelope.source, INBOX_POSITION.c.subject == envelope.subject
        )
    ).scalar()
    return int(last or 0)


def step_over(connection: sa.Connection, envelope: Envelope) -> None:
    """Have the service count this event as done, so that what follows of its subject may be applied."""
    skip(connection, envelope)
