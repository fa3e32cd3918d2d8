"""What reading operations and a quote cost, beside a bare FastAPI route with one `SELECT 1`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.bench.cost.cpu import BARE_SERVER, GROUPS, POSTGRESQL
from tests.bench.cost.meter import MILLISECONDS, TOTAL, Meter
from tests.bench.cost.stay_costs import bare
from tests.bench.cost.stays import CLIENTS
from tests.bench.filling import SERIES, drawn_name
from tests.bench.harness import Measured
from tests.bench.http_load import Request, load

QUOTE, PREVIEW, AVAILABILITY = "quote", "preview of a change", "availability"
READ, STAFF_LIST, SEARCH = "read", "staff list", "search"
JSON = ("Content-Type", "application/json")
DAYS = 300
IsRight = Callable[[int, bytes], bool]


@dataclass
class ReadCosts:
    """Measures so many `requests` of each, of one hotel with a full list, and of one booking with its guest's token."""

    meter: Meter
    gateway: str
    bare: str
    hotel: str
    room_type: str
    desk: str
    booking_hotel: str
    booking_id: str
    guest_token: str
    requests: int

    def run(self) -> dict[str, Measured]:
        """One round of all; the bare route, measured once, is the yardstick of each."""
        system = {
            QUOTE: self.quotes(),
            PREVIEW: self.previews(),
            AVAILABILITY: self.availability(),
            READ: self.reads(),
            STAFF_LIST: self.pages("page={number}"),
            SEARCH: self.pages("search={name}"),
        }
        results = {what: self._cost(self.gateway, *each, groups=GROUPS) for what, each in system.items()}
        one = (lambda _: Request("GET", "/one"), lambda status, body: status == 200 and body == b'{"one":1}')
        route = self._cost(self.bare, *one, groups=(BARE_SERVER, POSTGRESQL))
        return results | {bare(what): route for what in system}

    def quotes(self) -> tuple[Callable[[int], Request], IsRight]:
        """The price of three nights, each time of another day."""
        path = f"/api/public/hotels/{self.hotel}/pricing/quote/"

        def request(number: int) -> Request:
            arrives, leaves = _three_nights(number)
            body = {"room_type_code": self.room_type, "check_in": arrives, "check_out": leaves, "adults": 1}
            return Request("POST", path, (JSON,), json.dumps(body).encode())

        return request, lambda status, body: status == 200 and b'"quote_id"' in body

    def previews(self) -> tuple[Callable[[int], Request], IsRight]:
        """The price of the guest's own booking on three other nights, each time of another day."""
        path = f"/api/public/hotels/{self.booking_hotel}/room-bookings/{self.booking_id}/change/preview/"
        headers = (JSON, ("Authorization", f"Bearer {self.guest_token}"))

        def request(number: int) -> Request:
            arrives, leaves = _three_nights(number)
            return Request("POST", path, headers, json.dumps({"check_in": arrives, "check_out": leaves}).encode())

        return request, lambda status, body: status == 200 and b'"allowed":true' in body

    def availability(self) -> tuple[Callable[[int], Request], IsRight]:
        """Three nights, each time of another day."""

        def request(number: int) -> Request:
            arrives, leaves = _three_nights(number)
            query = f"check_in={arrives}&check_out={leaves}&adults=1"
            return Request("GET", f"/api/public/hotels/{self.hotel}/availability/?{query}")

        return request, lambda status, body: status == 200 and b'"is_available":true' in body

    def reads(self) -> tuple[Callable[[int], Request], IsRight]:
        """The guest's own booking."""
        path = f"/api/public/hotels/{self.booking_hotel}/room-bookings/{self.booking_id}/"
        headers = (("Authorization", f"Bearer {self.guest_token}"),)
        expected = f'"booking_id":"{self.booking_id}"'.encode()
        return lambda _: Request("GET", path, headers), lambda status, body: status == 200 and expected in body

    def pages(self, query: str) -> tuple[Callable[[int], Request], IsRight]:
        """A page of the staff's list by `number`, or a search of it by a booking's `name`, each time one of twenty."""
        headers = (("Authorization", f"Bearer {self.desk}"),)

        def request(number: int) -> Request:
            which = 1 + number % 20
            filters = query.format(number=which, name=drawn_name(SERIES, which))
            path = f"/api/staff/hotels/{self.hotel}/room-bookings/?{filters}"
            return Request("GET", path, headers)

        return request, lambda status, body: status == 200 and len(json.loads(body)["results"]) > 0

    def _cost(
        self, url: str, request: Callable[[int], Request], is_right: IsRight, *, groups: tuple[str, ...]
    ) -> Measured:
        measured: list[Measured] = []

        def operate() -> None:
            measured.append(load(url, request, is_right, clients=CLIENTS, requests=self.requests))

        cost = self.meter.cost(operate, operations=self.requests, groups=groups)
        return Measured(self.requests, self.requests * cost[TOTAL] / MILLISECONDS, measured[0].latencies, cost)


def _three_nights(number: int) -> tuple[str, str]:
    arrives = datetime.now(UTC).date() + timedelta(days=5 + number % DAYS)
    return str(arrives), str(arrives + timedelta(days=3))
