"""The yardstick of creating a booking: the rows that it leaves, written in one raw SQL transaction by each client."""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from chassis.migrate import migrate
from tests.bench.harness import Measured

CLIENTS = 8

_ROOMS_SIDE = """
    CREATE TABLE raw_night (room_type_id int, night date, capacity int, sold int CHECK (sold <= capacity),
                            PRIMARY KEY (room_type_id, night));
    INSERT INTO raw_night SELECT t, current_date + d, 100000000, 0
    FROM generate_series(1, 5) AS t, generate_series(0, 730) AS d;
    CREATE TABLE raw_hold (booking_id text PRIMARY KEY, answer jsonb, held_at timestamptz);
    CREATE TABLE raw_hold_part (booking_id text PRIMARY KEY, room_type_id int, first_night date, until date);
    CREATE TABLE raw_outbox (LIKE outbox INCLUDING ALL);
"""
_TRANSACTION = (
    (
        "UPDATE raw_night SET sold = sold + 1 WHERE room_type_id = %(type)s"
        " AND night >= current_date + %(day)s AND night < current_date + %(day)s + 3"
    ),
    "INSERT INTO raw_hold VALUES (%(id)s, %(terms)s, now())",
    "INSERT INTO raw_hold_part VALUES (%(id)s, %(type)s, current_date + %(day)s, current_date + %(day)s + 3)",
    (
        "INSERT INTO raw_outbox (id, subject, sequence, type, hotel, time, data)"
        " VALUES (gen_random_uuid(), 'hold/' || %(id)s, 1, 'rooms.InventoryHeld.v1', 'bench-1', now(), %(event)s)"
    ),
    (
        "INSERT INTO booking SELECT (jsonb_populate_record(null::booking, %(booking)s || jsonb_build_object("
        "'id', %(id)s::text, 'confirmation_number', %(id)s::text))).*"
    ),
    (
        "INSERT INTO guest SELECT (jsonb_populate_record(null::guest, %(guest)s || jsonb_build_object("
        "'booking_id', %(id)s::text, 'token_hash', %(id)s::text))).*"
    ),
    "INSERT INTO audit (subject, sequence, what, by, at) VALUES (%(id)s, 1, 'BookingHeld', '{}', now())",
    (
        "INSERT INTO outbox (id, subject, sequence, type, hotel, time, data)"
        " VALUES (gen_random_uuid(), %(id)s, 1, 'bookings.BookingHeld.v1', 'bench-1', now(), %(event)s)"
    ),
)


@dataclass
class RawBookings:
    """Writes what a created booking leaves, in a database of its own."""

    url: str
    booking: dict[str, Any]
    guest: dict[str, Any]
    event: dict[str, Any]
    made: int = field(default=0)

    def prepare(self) -> None:
        """Make the tables."""
        migrate("bookings", self.url)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_ROOMS_SIDE)

    def round(self, count: int) -> Measured:
        """So many transactions by eight clients at once."""
        first = self.made
        self.made += count
        numbers = iter(range(first, first + count))
        lock = threading.Lock()
        shared = {"terms": json.dumps(self.booking), "event": json.dumps(self.event)}
        shared |= {"booking": json.dumps(self.booking), "guest": json.dumps(self.guest)}

        def client() -> None:
            with psycopg.connect(self.url) as connection:
                while True:
                    with lock:
                        number = next(numbers, None)
                    if number is None:
                        return
                    given = {**shared, "id": f"BK-RAW-{number}", "type": 1 + number % 5, "day": number % 700}
                    for statement in _TRANSACTION:
                        connection.execute(statement, given)  # type: ignore[call-overload]
                    connection.commit()

        threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        with psycopg.connect(self.url) as connection:
            written = connection.execute("SELECT count(*) FROM booking").fetchone()
        if written != (self.made,):
            raise AssertionError(f"{written} bookings written, not {self.made}")
        return Measured(count, seconds)


def model_of(bookings_url: str, booking_id: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A real booking's rows: booking, guest, and its first event's data."""
    with psycopg.connect(bookings_url) as connection:
        row = connection.execute(
            "SELECT to_jsonb(b), to_jsonb(g), (SELECT data FROM outbox WHERE subject = b.id AND sequence = 1)"
            " FROM booking b JOIN guest g ON g.booking_id = b.id WHERE b.id = %s",
            (booking_id,),
        ).fetchone()
    if row is None:
        raise LookupError(booking_id)
    return row[0], row[1], row[2]
