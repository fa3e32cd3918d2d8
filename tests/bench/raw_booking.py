"""The yardstick of creating a booking: the rows that it leaves, written in one raw SQL transaction by each client."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from chassis.transactions.migrate import migrate
from tests.bench.harness import Measured

CLIENTS = 8
KEYS = {
    "booking": ("id", "confirmation_number"),
    "booking_directory": ("booking_id", "confirmation_number", "token_hash"),
    "guest": ("booking_id", "token_hash"),
}

_ROOMS_SIDE = """
    CREATE TABLE raw_night (room_type_id int, night date, capacity int, sold int CHECK (sold <= capacity),
                            PRIMARY KEY (room_type_id, night));
    INSERT INTO raw_night SELECT t, current_date + d, 100000000, 0
    FROM generate_series(1, 5) AS t, generate_series(0, 730) AS d;
    CREATE TABLE raw_hold (booking_id text PRIMARY KEY, answer jsonb, held_at timestamptz);
    CREATE TABLE raw_hold_part (booking_id text PRIMARY KEY, room_type_id int, first_night date, until date);
    CREATE TABLE raw_outbox (LIKE outbox INCLUDING ALL);
"""
_NIGHTS = """
    UPDATE raw_night SET sold = sold + 1
    WHERE room_type_id = %(type)s AND night >= current_date + %(day)s AND night < current_date + %(day)s + 3
"""
_HOLD = "INSERT INTO raw_hold VALUES (%(id)s, %(event)s, now())"
_PART = "INSERT INTO raw_hold_part VALUES (%(id)s, %(type)s, current_date + %(day)s, current_date + %(day)s + 3)"
_HELD = """
    INSERT INTO raw_outbox (id, subject, sequence, type, hotel, time, data)
    VALUES (gen_random_uuid(), 'hold/' || %(id)s, 1, 'rooms.InventoryHeld.v1', 'bench-1', now(), %(event)s)
"""
_AUDIT = """
    INSERT INTO audit (hotel, subject, sequence, what, by, at)
    VALUES ('bench-1', %(id)s, 1, 'BookingHeld', '{}', now())
"""
_EVENT = """
    INSERT INTO outbox (id, subject, sequence, type, hotel, time, data)
    VALUES (gen_random_uuid(), %(id)s, 1, 'bookings.BookingHeld.v1', 'bench-1', now(), %(event)s)
"""


@dataclass
class RawBookings:
    """Writes what a created booking leaves, in a database of its own. `model` has its rows by table."""

    url: str
    model: dict[str, dict[str, Any]]
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
        statements: list[LiteralString | sql.Composed] = [
            _NIGHTS,
            _HOLD,
            _PART,
            _HELD,
            *(_insert(table, self.model[table]) for table in KEYS),
            _AUDIT,
            _EVENT,
        ]
        shared = {name: value for row in self.model.values() for name, value in row.items()}

        def client() -> None:
            with psycopg.connect(self.url) as connection:
                while True:
                    with lock:
                        number = next(numbers, None)
                    if number is None:
                        return
                    key = f"BK-RAW-{number}"
                    given: dict[str, Any] = {
                        **shared,
                        "event": Jsonb(self.event),
                        "id": key,
                        "type": 1 + number % 5,
                        "day": number % 700,
                    }
                    given |= dict.fromkeys((name for names in KEYS.values() for name in names), key)
                    for statement in statements:
                        connection.execute(statement, given)
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


def _insert(table: str, row: dict[str, Any]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )


def model_of(bookings_url: str, booking_id: str) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """A real booking's rows by table, and its first event's data."""
    with psycopg.connect(bookings_url) as connection:
        rows = {table: _row(connection, table, KEYS[table][0], booking_id) for table in KEYS}
        event = _row(connection, "outbox", "subject", booking_id)["data"].obj
    return rows, event


def _row(connection: psycopg.Connection[Any], table: str, key: str, value: str) -> dict[str, Any]:
    question = sql.SQL("SELECT * FROM {} WHERE {} = %s LIMIT 1").format(sql.Identifier(table), sql.Identifier(key))
    cursor = connection.execute(question, (value,))
    row = cursor.fetchone()
    if row is None or cursor.description is None:
        raise LookupError(f"{table} has no {value}")
    jsonb = psycopg.adapters.types["jsonb"].oid
    return {
        column.name: Jsonb(value) if column.type_code == jsonb and value is not None else value
        for column, value in zip(cursor.description, row, strict=True)
    }
