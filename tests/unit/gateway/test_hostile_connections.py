"""Connections of hostile clients on real sockets, each first against Uvicorn without the gateway's bounds."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI

from contracts.bookings.asks import CreateBooking
from contracts.bookings.views import CreatedBooking
from gateway.http import connection
from gateway.http.connection import MAX_HEAD, HttpConnection
from tests.unit.gateway import builders
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.fakes import Gateway
from tests.unit.gateway.served import Served, closed_within, guarded, received, unguarded, until

BOOKINGS = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"
GET = b"GET /livez/ HTTP/1.1\r\nHost: a\r\n"
POST = f"POST {BOOKINGS} HTTP/1.1\r\nHost: a\r\n".encode()
PATIENCE = 0.6
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(gateway: Gateway) -> FastAPI:
    return gateway.app


@pytest.fixture
def served(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(connection, "PATIENCE", PATIENCE)
    with guarded(app) as made:
        yield made


@pytest.fixture
def bare(app: FastAPI) -> Iterator[Served]:
    with unguarded(app) as made:
        yield made


def _flood(served: Served, begin: bytes, part: bytes, *, megabytes: int) -> tuple[int, bytes]:
    """Send `begin`, then `part` again and again; returns the megabytes that the server took, and the response."""
    taken = 0
    with served.connect() as client:
        client.sendall(begin)
        block = part * (1024 * 1024 // len(part))
        try:
            while taken < megabytes:
                client.sendall(block)
                taken += 1
        except (ConnectionError, TimeoutError):
            pass
        client.settimeout(1)
        try:
            answer = received(client)
        except TimeoutError:
            answer = b""
    return taken, answer


def test_a_header_of_sixty_megabytes_is_cut_off_at_once(served: Served) -> None:
    taken, _ = _flood(served, GET + b"X: ", b"a", megabytes=60)

    assert taken < 10


def test_without_the_bound_a_header_of_megabytes_is_buffered(bare: Served) -> None:
    taken, answer = _flood(bare, GET + b"X: ", b"a", megabytes=8)

    assert (taken, answer) == (8, b"")


def test_a_head_may_have_32_kib_and_not_a_byte_more(served: Served) -> None:
    def answer(length: int) -> bytes:
        head = GET + b"Connection: close\r\nX: "
        with served.connect() as client:
            client.sendall(head + b"a" * (length - len(head) - 4) + b"\r\n\r\n")
            return received(client)

    assert answer(MAX_HEAD).startswith(b"HTTP/1.1 200 ")
    assert answer(MAX_HEAD + 1).startswith(b"HTTP/1.1 431 ")


def test_many_small_headers_and_a_long_address_are_cut_off_too(served: Served) -> None:
    for begin, part in ((GET, b"a: b\r\n"), (b"GET /", b"a")):
        with served.connect() as client:
            client.sendall(begin + part * (MAX_HEAD // len(part) + 10))

            assert received(client).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /livez/ HTT",
        GET + b"X: a",
        POST + b"Content-Length: 10\r\n\r\n{",
        POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
        POST + b"Content-Length: 100000\r\n\r\n{",
        GET + b"\r\n" + b"\r\n",
        GET + b"\r\n" + b"GET /livez/ HTTP/1.1\r\nX:",
    ],
    ids=["nothing", "line", "header", "body", "chunk", "large body", "blank line", "second head"],
)
def test_a_half_sent_request_is_closed(served: Served, sent: bytes) -> None:
    with served.connect() as client:
        client.sendall(sent)

        assert closed_within(client, PATIENCE + 3)
    until(lambda: served.connections == 0)


@pytest.mark.parametrize("sent", [b"", GET + b"X: a", POST + b"Content-Length: 10\r\n\r\n{"])
def test_without_the_bound_a_half_sent_request_stays(bare: Served, sent: bytes) -> None:
    with bare.connect() as client:
        client.sendall(sent)

        assert not closed_within(client, PATIENCE + 3)


@pytest.mark.parametrize("begin", [GET + b"X: ", POST + b"Content-Length: 1000\r\n\r\n"], ids=["head", "body"])
def test_a_byte_now_and_then_does_not_prolong_a_request(served: Served, begin: bytes) -> None:
    began = time.monotonic()
    with served.connect() as client:
        client.sendall(begin)
        with suppress(ConnectionError):
            while time.monotonic() - began < PATIENCE + 3:
                client.sendall(b"a")
                time.sleep(0.05)

    assert PATIENCE <= time.monotonic() - began < PATIENCE + 3


def test_a_body_is_not_read_beyond_its_bound(served: Served) -> None:
    declared, answer = _flood(served, POST + b"Content-Length: 60000000\r\n\r\n", b" ", megabytes=57)
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    chunked, _ = _flood(served, POST + b"Transfer-Encoding: chunked\r\n\r\n", chunk, megabytes=1_000_000)

    assert b" 413 " in answer or declared < 57
    assert chunked < 1_000_000


@pytest.mark.parametrize(
    ("begin", "part"),
    [(b"0\r\nX: ", b"a"), (b"0\r\n", b"X: a\r\n"), (b"1;x=", b"a"), (b"", b"1;aaaaaaaaaaaaaaaa\r\na\r\n")],
    ids=["trailer", "trailers", "extension", "extensions"],
)
def test_what_surrounds_a_body_is_cut_off(served: Served, begin: bytes, part: bytes) -> None:
    taken, _ = _flood(served, POST + b"Transfer-Encoding: chunked\r\n\r\n" + begin, part, megabytes=20)

    assert taken < 10


def test_a_trailer_is_no_header_of_the_request(served: Served, gateway: Gateway) -> None:
    manager = gateway.accounts.signed_in(builders.staff())
    path = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/approve/"
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with served.connect() as client:
        client.sendall(f"{head}0\r\nAuthorization: {manager['Authorization']}\r\n\r\n".encode())

        assert received(client).startswith(b"HTTP/1.1 401 ")


def test_a_guest_books_while_a_thousand_connections_are_half_open(
    served: Served, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 60.0)
    created = CreatedBooking(booking=builders.booking(), guest_token="token")
    gateway.bus.answers(CreateBooking, created)
    [operation] = [each for _, _, each in OPERATIONS if each["operationId"] == "create_booking"]
    crowd: list[socket.socket] = []
    try:
        for number in range(300):
            crowd.append(served.connect())
            crowd[-1].sendall((b"", GET + b"X: a", POST + b"Content-Length: 9\r\n\r\n{")[number % 3])
        until(lambda: served.connections >= 300)

        answer = httpx.post(f"http://127.0.0.1:{served.port}{BOOKINGS}", json=example_of(operation)["json"], timeout=5)
    finally:
        for client in crowd:
            client.close()

    assert answer.status_code == 201


def test_in_a_crowd_clients_that_send_nothing_make_room(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 60.0)
    crowd = [served.connect() for _ in range(18)]
    until(lambda: served.connections == 18)

    monkeypatch.setattr(HttpConnection, "most", 1)
    until(lambda: served.connections == 0)

    for client in crowd:
        client.close()
    assert httpx.get(f"http://127.0.0.1:{served.port}/livez/", timeout=5).status_code == 200


def test_connections_beyond_the_most_are_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE_WHEN_CROWDED", 60.0)
    monkeypatch.setattr(connection, "PATIENCE", 60.0)
    monkeypatch.setattr(HttpConnection, "most", 20)
    crowd = [served.connect() for _ in range(20)]
    until(lambda: served.connections == 20)

    with served.connect() as client:
        assert closed_within(client, 2)

    for client in crowd:
        client.close()


def test_a_client_that_takes_no_response_is_closed(
    served: Served, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WRITES_WITHIN", PATIENCE)
    gateway.get("/openapi.json")
    with served.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(40):
            client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")

        until(lambda: served.connections == 0)


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_an_upgrade_is_answered_as_a_usual_request(served: Served, upgrade: bytes) -> None:
    for path in (b"/livez/", b"/assets/pages.css", b"/nowhere"):
        with served.connect() as client:
            head = b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + upgrade
            client.sendall(head + b"\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n\r\n")

            assert client.recv(12) in {b"HTTP/1.1 200", b"HTTP/1.1 404"}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        POST + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n{}",
        POST + b"Content-Length: -1\r\n\r\n{}",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\n",
    ],
)
def test_bytes_that_are_no_request_are_never_the_servers_fault(served: Served, raw: bytes) -> None:
    with served.connect() as client:
        client.sendall(raw)
        client.settimeout(PATIENCE + 3)

        answer = received(client)

    assert not answer or 400 <= int(answer.split()[1]) < 500
