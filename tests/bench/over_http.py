"""Availability, creating, reading and listing bookings over HTTP, each beside its yardstick."""

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load
from tests.bench.raw_booking import RawBookings

JSON = ("Content-Type", "application/json")
READS = 1_500
CREATES = 250


@dataclass
class Scene:
    """A running system with stored data, and the bare server beside it."""

    gateway: str
    bare: str
    bookings_url: str
    staff_token: str
    hotel: str
    booking_id: str
    guest_token: str
    hotels: int
    raw: RawBookings

    def one(self) -> Measured:
        """The yardstick of every read."""
        return load(
            self.bare,
            lambda _: Request("GET", "/one"),
            lambda status, body: status == 200 and body == b'{"one":1}',
            clients=16,
            requests=READS * 2,
        )

    def availability(self, hotels: int) -> Measured:
        """Three nights, each time of another hotel and day."""
        today = datetime.now(UTC).date()

        def request(number: int) -> Request:
            arrives = today + timedelta(days=number % 700)
            query = f"check_in={arrives}&check_out={arrives + timedelta(days=3)}&adults=2"
            return Request("GET", f"/api/public/hotels/bench-{1 + number % hotels}/availability/?{query}")

        return load(
            self.gateway,
            request,
            lambda status, body: status == 200 and body.count(b'"is_available":true') == 5,
            clients=16,
            requests=READS,
        )

    def read(self) -> Measured:
        """The guest's own booking."""
        path = f"/api/public/hotels/bench-1/room-bookings/{self.booking_id}/"
        expected = f'"booking_id":"{self.booking_id}"'.encode()
        return load(
            self.gateway,
            lambda _: Request("GET", path, (("Authorization", f"Bearer {self.guest_token}"),)),
            lambda status, body: status == 200 and expected in body,
            clients=16,
            requests=READS,
        )

    def page(self) -> Measured:
        """Twenty of five thousand, each time another page."""

        def request(number: int) -> Request:
            path = f"/api/staff/hotels/{self.hotel}/room-bookings/?page={1 + number % 20}"
            return Request("GET", path, (("Authorization", f"Bearer {self.staff_token}"),))

        return load(
            self.gateway,
            request,
            lambda status, body: status == 200 and len(json.loads(body)["results"]) == 20,
            clients=16,
            requests=READS // 3,
        )

    def create(self) -> Measured:
        """Three nights, until the event is durable."""
        numbers = itertools.count()
        before = self._events()
        measured = load(
            self.gateway,
            lambda _: creation(next(numbers)),
            lambda status, body: status == 201 and b'"PENDING_PAYMENT"' in body,
            clients=8,
            requests=CREATES,
        )
        if self._events() - before != CREATES:
            raise AssertionError("not every created booking left its event")
        return measured

    def _events(self) -> int:
        with psycopg.connect(self.bookings_url) as connection:
            row = connection.execute("SELECT count(*) FROM outbox WHERE type = 'bookings.BookingHeld.v1'").fetchone()
        return int(row[0]) if row else 0

    def comparisons(self) -> list[Comparison]:
        """The rows of the table."""
        bare = "bare FastAPI, SELECT 1"
        few = min(10, self.hotels)

        def whole() -> Measured:
            return self.availability(self.hotels)

        return [
            Comparison(f"availability, {self.hotels:,} hotels stored", whole, self.one, bare, 0.8),
            Comparison(
                f"availability among all {self.hotels:,}",
                whole,
                lambda: self.availability(few),
                f"among {few} of them",
                1 / 1.3,
            ),
            Comparison("read one booking", self.read, self.one, bare, 0.7),
            Comparison("staff list, 20 of 5,000", self.page, self.one, bare, 0.35),
            Comparison(
                "create booking, 3 nights",
                self.create,
                lambda: self.raw.round(CREATES * 4),
                "its rows in one raw transaction",
                0.30,
            ),
        ]


def creation(number: int) -> Request:
    """A booking of three nights in a hotel that has room for everybody."""
    arrives = datetime.now(UTC).date() + timedelta(days=1 + number % 600)
    body: dict[str, Any] = {
        "room_type_code": f"T{1 + number % 5}",
        "check_in": str(arrives),
        "check_out": str(arrives + timedelta(days=3)),
        "adults": 2,
        "children": 0,
        "guest": {"first_name": "Bench", "last_name": str(number), "email": "bench@example.com", "phone": ""},
    }
    return Request("POST", "/api/public/hotels/bench-1/room-bookings/", (JSON,), json.dumps(body).encode())
