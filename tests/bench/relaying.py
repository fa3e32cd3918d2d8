"""The rate at which the relay publishes an outbox with confirms, beside publishing one by one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import psycopg
import sqlalchemy as sa

from chassis.messaging import event_protocol, topology
from chassis.messaging.keys import relay_keys
from chassis.settings import with_driver
from chassis.transactions.tables import create_all
from tests.bench.harness import Comparison, Measured

ROWS = 50_000
ONE_BY_ONE = 1_500
MASTER = "the bench's own: no service reads what this relay signs"
LISTENERS = ("rooms", "payments", "notifier")

_FILL = """
    INSERT INTO outbox (id, subject, sequence, type, hotel, time, data)
    SELECT gen_random_uuid(), 'BK-' || (%(base)s + n), 1, 'bookings.BookingHeld.v1', 'hotel-bench', now(),
           jsonb_build_object('booking_id', 'BK-' || (%(base)s + n), 'hotel', 'hotel-bench', 'total',
                              jsonb_build_object('amount', 15000, 'currency', 'EUR'), 'room_type_code', 'DBL',
                              'check_in', '2027-01-01', 'check_out', '2027-01-04', 'adults', 2, 'children', 0)
    FROM generate_series(1, %(rows)s) AS n
"""


@contextmanager
def relay(database_url: str, amqp_url: str) -> Iterator[Comparison]:
    """The comparison, with a relay of its own running for as long as it is needed."""
    engine = sa.create_engine(with_driver(database_url, "psycopg2"))
    with engine.begin() as connection:
        create_all(connection)
    engine.dispose()
    drained = _Drain(amqp_url)
    environment = {
        **os.environ,
        "BOOKINGS_RELAY_DATABASE_URL": database_url,
        "BOOKINGS_RELAY_MESSAGE_KEYS": relay_keys("bookings", [MASTER]),
        "AMQP_URL": amqp_url,
        "LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen([sys.executable, "-m", "chassis.messaging.relay", "bookings"], env=environment)
    base = iter(range(0, 10**9, ROWS))
    try:
        yield Comparison(
            name=f"relay: {ROWS:,} outbox rows to confirmed",
            thing=lambda: _carried(process, database_url, drained, next(base)),
            yardstick=lambda: _one_by_one(amqp_url, drained),
            against="one by one, confirmed",
            goal=5,
            rounds=5,
        )
    finally:
        process.terminate()
        process.wait(15)


class _Drain:
    """Empties the queues between rounds, so that each begins with the same broker."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url

    def __call__(self) -> int:
        with pika.BlockingConnection(pika.URLParameters(self._url)) as connection:
            channel = connection.channel()
            counts = {name: channel.queue_purge(topology.partition(name, 0)).method.message_count for name in LISTENERS}
            return int(counts[LISTENERS[0]])


def _carried(process: subprocess.Popen[bytes], database_url: str, drain: _Drain, base: int) -> Measured:
    drain()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_FILL, {"base": base, "rows": ROWS})
        filled = time.perf_counter()
        deadline = filled + 120
        while connection.execute("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)").fetchone() == (True,):
            if process.poll() is not None:
                raise AssertionError(f"the relay ended with {process.returncode}")
            if time.perf_counter() > deadline:
                raise AssertionError("the relay does not come to an end")
            time.sleep(0.02)
        seconds = time.perf_counter() - filled
    if drain() != ROWS:
        raise AssertionError("not every row reached its queue")
    return Measured(ROWS, seconds)


def _one_by_one(amqp_url: str, drain: _Drain) -> Measured:
    drain()
    body = b"x" * 600
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        began = time.perf_counter()
        for _ in range(ONE_BY_ONE):
            channel.basic_publish(
                topology.exchange("bookings"),
                "bookings.BookingHeld.v1",
                body,
                pika.BasicProperties(delivery_mode=2, headers={event_protocol.SUBJECT: "BK-1"}),
                True,
            )
        seconds = time.perf_counter() - began
    if drain() != ONE_BY_ONE:
        raise AssertionError("not every message reached its queue")
    return Measured(ONE_BY_ONE, seconds)
