"""From the commit of a change to the commit of the service that consumes its event, beside bare pika and psycopg."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pika
import psycopg
from pika.adapters.blocking_connection import BlockingChannel

from tests.bench.harness import Comparison, Measured
from tests.bench.pushing import Commits

EVENTS, WARM_UP = 100, 10
WAIT = 10.0
P99 = 50.0  # milliseconds
QUEUE = "bench.handled"

_TELL = """
    CREATE FUNCTION tell_handled() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('handled', NEW.source || ' ' || NEW.subject); RETURN NULL; END $$;
    CREATE TRIGGER handled AFTER INSERT OR UPDATE ON inbox_position FOR EACH ROW EXECUTE FUNCTION tell_handled()
"""
_TELL_NO_MORE = "DROP TRIGGER handled ON inbox_position; DROP FUNCTION tell_handled()"


@contextmanager
def commit_to_handled(
    *, bookings: str, consumer: str, bare: str, amqp_url: str, book: Callable[[int], str]
) -> Iterator[Comparison]:
    """`book` makes one booking and answers its id. One after the other: nothing else is going on.

    `consumer` is the owner's URL of the database whose service applies events about bookings.
    """
    with psycopg.connect(consumer, autocommit=True) as owner:
        owner.execute(_TELL)
        commits, handled = Commits(bookings), Commits(consumer, channel="handled")
        try:

            def changes() -> Measured:
                latencies = []
                for number in range(EVENTS):
                    began = time.time()
                    subject = f"bookings {book(number)}"
                    latencies.append(handled.first_after(began, subject) - commits.first_after(began))
                return _measured(latencies)

            with bare_consumer(bare, amqp_url) as consume:
                yardstick = lambda: _measured([consume() for _ in range(EVENTS)])  # noqa: E731
                yield Comparison("commit → consumer has handled it, idle", changes, yardstick, "bare pika", p99=P99)
        finally:
            commits.close()
            handled.close()
            owner.execute(_TELL_NO_MORE)


@contextmanager
def bare_consumer(database_url: str, amqp_url: str) -> Iterator[Callable[[], float]]:
    """Yields what publishes one message, with confirmation, and answers after how many seconds its row is committed."""
    consumer = _BareConsumer(database_url, amqp_url)
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()

        def consume() -> float:
            began = time.time()
            channel.basic_publish("", QUEUE, b"x" * 400, pika.BasicProperties(delivery_mode=2), mandatory=True)
            if not consumer.committed.acquire(timeout=WAIT):
                raise AssertionError("the message is not consumed")
            return consumer.at - began

        try:
            for _ in range(WARM_UP):
                consume()
            yield consume
        finally:
            consumer.close()
            channel.queue_delete(QUEUE)


@dataclass
class _BareConsumer:
    """Writes a row for each message, in a thread."""

    database_url: str
    amqp_url: str
    at: float = 0.0
    committed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(self.amqp_url))
        self._channel = self._connection.channel()
        self._channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        self._thread = threading.Thread(target=self._consume, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)
        self._thread.join()
        self._connection.close()

    def _consume(self) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as database:
            database.execute("CREATE TABLE IF NOT EXISTS handled (id bigserial PRIMARY KEY, body bytea NOT NULL)")

            def on_message(channel: BlockingChannel, method: pika.spec.Basic.Deliver, _: object, body: bytes) -> None:
                database.execute("INSERT INTO handled (body) VALUES (%s)", [body])
                self.at = time.time()
                self.committed.release()
                channel.basic_ack(method.delivery_tag)

            self._channel.basic_consume(QUEUE, on_message)
            self._channel.start_consuming()


def _measured(latencies: list[float]) -> Measured:
    return Measured(len(latencies), sum(latencies), latencies)
