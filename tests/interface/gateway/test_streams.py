"""Event streams of two gateway processes, on a real PostgreSQL and RabbitMQ."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest

from chassis import codec
from contracts.catalogue import OWNERS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.desk import NORA, Desk
from tests.interface.gateway.responder import Responder
from tests.interface.gateway.running import Running
from tests.unit.gateway import builders
from tests.unit.gateway.document import OPERATIONS, example_of

GUEST_TOKEN = "guest-token-of-ada"
EVENTS = "/api/public/hotels/hotel-killarney/room-bookings/BK-1/events/"
BOOKINGS = "/api/public/hotels/hotel-killarney/room-bookings/"
EVENT = {"id": "e", "type": "bookings.ChatMessageSent.v1", "time": "2026-07-01T12:00:00Z", "data": {}}
PUBLISHED = {
    **EVENT, "source": "bookings", "subject": "BK-1", "hotel": "hotel-killarney", "dataschema": "", "sequence": 1
}  # fmt: skip
CROWD = 300
WITHIN = 5.0  # seconds from the end of a token to the end of its streams


class Bookings:
    """What the bookings service answers: a feed, read slowly, which guest tokens have ended, and a new booking."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self.last = 0
        self.seconds = 0.0  # that a reading of the feed takes
        self.readings = 0

    def answer(self, method: str, kwargs: dict[str, Any], _: Any) -> dict[str, Any] | None:
        """The reply to an ask."""
        message = kwargs["message"]
        if method == "Ping":
            return {"result": {"service": "x", "ready": True, "now": "2026-07-01T12:00:00Z"}}
        if method == "GetFeed":
            self.readings += 1
            time.sleep(self.seconds)
            events = [{**EVENT, "sequence": number} for number in range(message["after"] + 1, self.last + 1)]
            return {"result": {"booking_id": "BK-1", "last_sequence": self.last, "events": events}}
        if method == "CreateBooking":
            return {"result": {"booking": codec.plain(builders.booking()), "guest_token": GUEST_TOKEN}}
        if method == "FindEndedGuestTokens":
            positions = [number for number, each in enumerate(message["tokens"]) if each["token"] in self.ended]
            return {"result": {"positions": positions}}
        return None


class Hearer:
    """A client that hears a stream in a thread until the stream ends."""

    def __init__(self, gateway: Running, token: str) -> None:
        self.lines: list[str] = []
        self._url, self._headers = gateway.url + EVENTS, {"Authorization": f"Bearer {token}"}
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def ends_within(self, seconds: float) -> bool:
        """Whether the stream ends within so many seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _hear(self) -> None:
        headers = {**self._headers, "Accept": "text/event-stream"}
        with (
            suppress(httpx.TransportError),  # the process was killed
            httpx.stream("GET", self._url, headers=headers, timeout=60) as answer,
        ):
            for line in answer.iter_lines():
                self.lines.append(line)


@pytest.fixture
def bookings() -> Bookings:
    return Bookings()


@pytest.fixture
def gateways(rabbit: RabbitNode, desk: Desk, bookings: Bookings) -> Iterator[tuple[Running, Running]]:
    desk.add()
    with ExitStack() as stack:
        for owner in OWNERS:
            stack.enter_context(Responder(rabbit.amqp_url, owner, bookings.answer))
        pair = tuple(Running(amqp_url=rabbit.url_of("gateway"), database_url=desk.url) for _ in range(2))
        try:
            for gateway in pair:
                gateway.within(60, gateway.unready)
            yield pair[0], pair[1]
        finally:
            for gateway in pair:
                gateway.end()


def _signed_in(gateway: Running) -> str:
    credentials = {name: NORA[name] for name in ("email", "password")}
    answer = httpx.post(f"{gateway.url}/api/staff/login/", json=credentials, timeout=10)
    return str(answer.json()["token"])


def test_streams_at_two_gateways_end_with_their_tokens(gateways: tuple[Running, Running], bookings: Bookings) -> None:
    one, two = gateways
    signed_out, colleague = _signed_in(one), _signed_in(one)
    members = [Hearer(gateway, signed_out) for gateway in gateways]
    guests = [Hearer(gateway, GUEST_TOKEN) for gateway in gateways]
    other = Hearer(two, colleague)
    one.within(10, lambda: "" if all(each.lines for each in [*members, *guests, other]) else "a stream is not open")

    httpx.post(f"{one.url}/api/staff/logout/", headers={"Authorization": f"Bearer {signed_out}"}, timeout=10)
    bookings.ended.add(GUEST_TOKEN)
    until = time.monotonic() + WITHIN

    assert all(each.ends_within(max(0, until - time.monotonic())) for each in [*members, *guests])
    assert not other.ends_within(0)


class Crowd:
    """Many streams of one guest, on raw connections."""

    def __init__(self, gateway: Running, number: int) -> None:
        host, _, port = gateway.url.removeprefix("http://").partition(":")
        head = f"GET {EVENTS} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
        request = f"{head}Authorization: Bearer {GUEST_TOKEN}\r\n\r\n".encode()
        self._connections = [socket.create_connection((host, int(port)), timeout=30) for _ in range(number)]
        self._texts = dict.fromkeys(self._connections, b"")
        for connection in self._connections:
            connection.sendall(request)
        self.wait_for(b"retry:")

    def wait_for(self, text: bytes) -> None:
        """Wait until every stream has had this text."""
        for connection in self._connections:
            while text not in self._texts[connection]:
                received = connection.recv(65536)
                assert received, self._texts[connection]
                self._texts[connection] += received

    def close(self) -> None:
        """Leave."""
        for connection in self._connections:
            connection.close()


def _seconds_to_book(gateway: Running) -> float:
    [operation] = [each for _, _, each in OPERATIONS if each["operationId"] == "create_booking"]
    began = time.monotonic()
    answer = httpx.post(f"{gateway.url}{BOOKINGS}", json=example_of(operation)["json"], timeout=60)
    assert answer.status_code == 201, answer.text
    return time.monotonic() - began


def test_bookings_are_answered_while_a_message_reaches_three_hundred_streams(
    rabbit: RabbitNode, desk: Desk, bookings: Bookings
) -> None:
    with ExitStack() as stack:
        services = {owner: stack.enter_context(Responder(rabbit.amqp_url, owner, bookings.answer)) for owner in OWNERS}
        gateway = Running(amqp_url=rabbit.url_of("gateway"), database_url=desk.url)
        stack.callback(gateway.end)
        gateway.within(60, gateway.unready)
        crowd = Crowd(gateway, CROWD)
        stack.callback(crowd.close)
        before, bookings.seconds, bookings.last = bookings.readings, 0.1, 1

        services["bookings"].publish("bookings.events", str(EVENT["type"]), json.dumps(PUBLISHED).encode())
        waited = _seconds_to_book(gateway)
        crowd.wait_for(b"id: 1")

        assert bookings.readings - before == 1
        assert waited < CROWD * bookings.seconds / 5
