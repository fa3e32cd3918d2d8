"""The last room: many guests want it at once. Exactly what there is is sold, and nobody waits for long."""

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg

from sandbox.stack.postgres import PostgresNode
from tests.bench.bench_stack import bench_stack
from tests.bench.cost.measured_stack import MeasuredStack
from tests.bench.cost.stay_hotel import HOTEL, add_rooms
from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load

JSON = ("Content-Type", "application/json")
LEAST_RATE = 200  # decisions a second
RACES = ((50, 1), (64, 40))  # guests at once, rooms
NIGHTS, REPETITIONS = 3, 5
SOLD, REFUSED = 201, 409
_DEADLOCKS = "SELECT sum(deadlocks) FROM pg_stat_database"
_TABLE = "CREATE TABLE last_night (race int, night int, capacity int, sold int DEFAULT 0, PRIMARY KEY (race, night))"
_SELL = """
    UPDATE last_night SET sold = sold + 1
    WHERE race = %(race)s AND (SELECT bool_and(sold < capacity) FROM (
        SELECT sold, capacity FROM last_night WHERE race = %(race)s ORDER BY night FOR UPDATE
    ) AS nights)
"""


def last_room() -> Iterator[Comparison]:
    """The rows, on one system."""
    with bench_stack(MeasuredStack) as stack:
        assert isinstance(stack.postgres, PostgresNode)
        rooms = {_type(count): [f"L{count}N{each}" for each in range(count)] for _, count in RACES}
        add_rooms(stack.stack_json, stack.directory, rooms)
        bare_url = stack.postgres.create_database("last_rooms").owner
        with psycopg.connect(bare_url, autocommit=True) as connection:
            connection.execute(_TABLE)
        for guests, count in RACES:
            race = LastRoomRace(stack, stack.postgres, bare_url, guests, count)
            yield Comparison(
                name=f"last room: {guests} guests at once, {count} of a type",
                thing=partial(race.repeated, race.over_http),
                yardstick=partial(race.repeated, race.in_sql),
                against="one raw transaction each",
                least_rate=LEAST_RATE,
            )


@dataclass
class LastRoomRace:
    """So many guests for so many rooms, each race for other nights."""

    stack: MeasuredStack
    postgres: PostgresNode
    bare_url: str
    guests: int
    rooms: int
    _races: Iterator[int] = field(default_factory=partial(itertools.count, 1))

    def repeated(self, race: Callable[[], Measured]) -> Measured:
        """Several races. Raises AssertionError where a room is sold twice or left, or at a deadlock."""
        before = self._deadlocks()
        results: list[Measured] = [race() for _ in range(REPETITIONS)]
        if self._deadlocks() != before:
            raise AssertionError("a race ended in a deadlock")
        latencies = [each for result in results for each in result.latencies]
        return Measured(sum(each.done for each in results), sum(each.seconds for each in results), latencies)

    def over_http(self) -> Measured:
        """Everybody books at once."""
        number = next(self._races)
        arrives = datetime.now(UTC).date() + timedelta(days=5 + NIGHTS * number)
        dates = {"check_in": str(arrives), "check_out": str(arrives + timedelta(days=NIGHTS))}
        outcomes: Counter[int] = Counter()

        def request(guest: int) -> Request:
            details = {
                "first_name": "Last",
                "last_name": "Room",
                "email": f"l{number}-{guest}@example.com",
                "phone": "",
            }
            body = {"room_type_code": _type(self.rooms), **dates, "adults": 1, "children": 0, "guest": details}
            path = f"/api/public/hotels/{HOTEL}/room-bookings/"
            return Request("POST", path, (JSON,), json.dumps(body).encode())

        def is_right(status: int, body: bytes) -> bool:
            outcomes[status] += 1
            return status == SOLD or (status == REFUSED and b'"SOLD_OUT"' in body)

        gateway = self.stack.stack_json["gateway"]
        measured = load(gateway, request, is_right, clients=self.guests, requests=self.guests)
        self._check(outcomes[SOLD])
        return measured

    def in_sql(self) -> Measured:
        """The yardstick: everybody's transaction locks the nights and sells them, or does not."""
        number = next(self._races)
        with psycopg.connect(self.bare_url, autocommit=True) as connection:
            connection.execute("TRUNCATE last_night")
            for night in range(NIGHTS):
                connection.execute("INSERT INTO last_night VALUES (%s, %s, %s)", [number, night, self.rooms])
        sold = list[bool]()
        connected = threading.Barrier(self.guests + 1)

        def guest() -> None:
            with psycopg.connect(self.bare_url, autocommit=True) as connection:
                connected.wait()
                sold.append(connection.execute(_SELL, {"race": number}).rowcount == NIGHTS)

        threads = [threading.Thread(target=guest) for _ in range(self.guests)]
        for thread in threads:
            thread.start()
        connected.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        self._check(sum(sold))
        return Measured(self.guests, seconds)

    def _check(self, sold: int) -> None:
        if sold != self.rooms:
            raise AssertionError(f"{sold} of {self.rooms} rooms are sold to {self.guests} guests")

    def _deadlocks(self) -> int:
        with psycopg.connect(self.postgres.admin_url) as server:
            row = server.execute(_DEADLOCKS).fetchone()
        return int(row[0]) if row else 0


def _type(rooms: int) -> str:
    return f"L{rooms}"
