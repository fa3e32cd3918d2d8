"""A service's dead-letter queue on the broker: reads, replays and removes messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import event_protocol, topology
from chassis.messaging.amqp import parameters
from chassis.messaging.signatures import SIGNATURES
from contracts.message import Envelope

# The headers of an event that was not tried yet; the others count the attempts.
FIRST_HEADERS = ("traceparent", event_protocol.SUBJECT, SIGNATURES)


@dataclass(frozen=True)
class DeadLetter:
    """One parked message. `envelope` is None where the body cannot be read as an event."""

    tag: int
    body: bytes
    properties: pika.BasicProperties
    envelope: Envelope | None

    @property
    def id(self) -> str:
        """The id of the message's event or, for a message without an id, its position in the queue."""
        return str(self.properties.message_id or f"#{self.tag}")

    @property
    def reason(self) -> str:
        """The error of the last attempt."""
        headers = self.properties.headers or {}
        return str(headers.get(event_protocol.ERROR) or "it ended the process that handled it, again and again")

    @property
    def attempts(self) -> int:
        """The number of attempts."""
        return int((self.properties.headers or {}).get(event_protocol.ATTEMPT, 0))

    @property
    def first_failed_at(self) -> datetime | None:
        """The time of the first failed attempt, UTC."""
        seconds = (self.properties.headers or {}).get(event_protocol.FIRST_FAILED)
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)


class DeadLetterQueue:
    """The open queue. Messages that are neither replayed nor removed stay in the queue, in order."""

    def __init__(self, service: str, channel: BlockingChannel) -> None:
        self.service = service
        self._channel = channel

    def letters(self, *, most: int | None = None) -> list[DeadLetter]:
        """Up to `most` messages, oldest first."""
        letters: list[DeadLetter] = []
        while most is None or len(letters) < most:
            method, properties, body = self._channel.basic_get(topology.dead_letters(self.service))
            if method is None:
                return letters
            try:
                envelope = event_protocol.read_envelope(body)
            except ValueError:
                envelope = None
            letters.append(DeadLetter(method.delivery_tag, body, properties, envelope))
        return letters

    def inbox_sizes(self, partitions: int) -> dict[str, int]:
        """The number of messages that wait in each partition of the service's inbox, by queue."""
        queues = topology.partitions(self.service, partitions)
        return {queue: self._channel.queue_declare(queue, passive=True).method.message_count for queue in queues}

    def replay(self, letter: DeadLetter) -> None:
        """Return the message to the service's inbox as if new, and remove it once the broker has confirmed."""
        headers = {name: value for name, value in (letter.properties.headers or {}).items() if name in FIRST_HEADERS}
        if letter.envelope:
            headers[event_protocol.SUBJECT] = letter.envelope.subject
        properties = pika.BasicProperties(
            content_type=letter.properties.content_type,
            delivery_mode=2,
            message_id=letter.properties.message_id,
            type=letter.properties.type,
            timestamp=letter.properties.timestamp,
            headers=headers,
        )
        self._channel.basic_publish(topology.replay(self.service), "", letter.body, properties, mandatory=True)
        self.remove(letter)

    def remove(self, letter: DeadLetter) -> None:
        """Remove the message from the queue."""
        self._channel.basic_ack(letter.tag)


@contextmanager
def open_queue(amqp_url: str, service: str) -> Iterator[DeadLetterQueue]:
    """Open the dead-letter queue of a service for the duration of one command."""
    connection = pika.BlockingConnection(parameters.parameters(amqp_url, "hotelmate-dlq"))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield DeadLetterQueue(service, channel)
    finally:
        if connection.is_open:
            connection.close()
