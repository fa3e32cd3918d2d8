"""One client of the bare program: a connection to each database and one to the broker, for one booking at a time."""

import threading
from collections.abc import Mapping

import pika
import psycopg

from tests.bench.cost.bare_plan import BareOperation, BarePlan

PERSISTENT = pika.BasicProperties(delivery_mode=2)
TRANSIENT = pika.BasicProperties(delivery_mode=1)
ASK = b"{}" * 300  # about as long as an ask with its signature, and as its reply


def exchange_of(owner: str) -> str:
    """The exchange of an owner's events."""
    return f"bare.{owner}"


def broker_connection(amqp_url: str) -> pika.BlockingConnection:
    """A connection without heartbeats, which nobody would answer while the program waits for its next operation."""
    parameters = pika.URLParameters(amqp_url)
    parameters.heartbeat = 0
    return pika.BlockingConnection(parameters)


class BareClient:
    """Does the operations of one booking after the other.

    An ask is a message to a queue of this client and back. Events are published with confirmation, after the commit.
    """

    def __init__(self, plan: BarePlan) -> None:
        self._databases: Mapping[str, psycopg.Connection[tuple[object, ...]]] = {
            name: psycopg.connect(url, autocommit=True, prepare_threshold=0) for name, url in plan.databases.items()
        }
        self._broker = broker_connection(plan.amqp_url)
        self._asking, self._publishing = self._broker.channel(), self._broker.channel()
        self._publishing.confirm_delivery()
        self._queue = self._asking.queue_declare("", exclusive=True).method.queue
        self._answers = self._asking.consume(self._queue, auto_ack=True)

    def perform(self, operation: BareOperation, subject: int) -> None:
        """The operation of the booking with this number: asks, statements, events."""
        for _ in range(2 * operation.asks):
            self._asking.basic_publish("", self._queue, ASK, TRANSIENT)
            next(self._answers)
        for database, statement in operation.statements.items():
            self._databases[database].execute(statement.text.encode(), statement.values(subject))
        for owner, bodies in operation.events.items():
            for body in bodies:
                self._publishing.basic_publish(exchange_of(owner), "", body.encode(), PERSISTENT, mandatory=True)

    def close(self) -> None:
        """Close the connections."""
        self._broker.close()
        for connection in self._databases.values():
            connection.close()


class EventCounter:
    """Consumes one service's queue of events, and counts them."""

    def __init__(self, amqp_url: str, queue: str) -> None:
        self._broker = broker_connection(amqp_url)
        self._channel, self._queue = self._broker.channel(), queue
        self._channel.basic_qos(prefetch_count=100)
        self.consumed = 0
        self._thread = threading.Thread(target=self._consume, daemon=True)
        self._thread.start()

    def _consume(self) -> None:
        for method, _, _ in self._channel.consume(self._queue):
            self._channel.basic_ack(method.delivery_tag)
            self.consumed += 1
