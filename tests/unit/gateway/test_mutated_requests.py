"""Requests that are mutated, cut off and left, on real sockets: the server answers none with a status from 500 on."""

import logging
import random
import socket
from collections.abc import Iterator

import pytest

from contracts.operations import Health, Ping
from tests.unit.gateway import builders
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.fakes import GUEST, Gateway, RefusingBus
from tests.unit.gateway.served import Served, guarded

ROUNDS = 600
DEEP = b'{"a":' * 3_000
PIECES = [b"\x00", b"\r\n", b"\r\n\r\n", b"\xff\xfe", b"%00", b"%ff", b"9" * 400, b"0\r\n\r\n", b": ", b"{", b'"', DEEP]
HEADERS = [
    b"Transfer-Encoding: chunked", b"Content-Length: 5", b"Expect: 100-continue", b"Connection: upgrade",
    b"Upgrade: websocket", b"Authorization: Bearer \xe9", b"Host: [", b"Content-Type: \xff", b"X-Forwarded-For: \xff",
    b"Cookie: \xe9=\xe9", b"If-None-Match: *", b"Range: bytes=9-1,-", b"Accept: text/event-stream",
]  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    gateway = Gateway(bus=RefusingBus(), metrics_token="a-token-of-some-length")
    gateway.bus.answers(Ping, Health(service="any", ready=True, now=builders.NOON))
    with guarded(gateway.app) as made:
        yield made
    gateway.close()


def _requests() -> list[bytes]:
    """A whole request of every operation, and of some other paths."""
    requests = []
    for method, path, operation in OPERATIONS:
        example = example_of(operation).get("json", {})
        body = str(example).replace("'", '"').encode()
        head = f"{method} {path.format_map(builders.SAMPLES)} HTTP/1.1\r\nHost: a\r\n"
        head += f"Authorization: {GUEST['Authorization']}\r\nContent-Length: {len(body)}\r\n"
        requests.append(head.encode() + b"\r\n" + body)
    others = ("/", "/metrics", "/openapi.json", "/assets/pages.css", "/guest", "/docs", "/nowhere")
    return requests + [f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in others]


def _mutated(draw: random.Random, request: bytes) -> bytes:
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(request) or 1)
        match draw.randrange(6):
            case 0:
                request = request[:at] + bytes([draw.randrange(256)]) + request[at + 1 :]
            case 1:
                request = request[:at] + draw.choice(PIECES) + request[at:]
            case 2:
                request = request[:at] + request[at + draw.randint(1, 40) :]
            case 3:
                request = request.replace(b"\r\nHost: a", b"\r\nHost: a\r\n" + draw.choice(HEADERS), 1)
            case 4:
                request += request[: draw.randrange(len(request) or 1)]
            case _:
                request = request[:at]
    return request


def _statuses(served: Served, raw: bytes) -> list[int]:
    """The statuses of the answers to these bytes; the client leaves after a moment."""
    with served.connect() as client:
        client.settimeout(0.03)
        text = b""
        try:
            client.sendall(raw)
            while part := client.recv(65536):
                text += part
        except (TimeoutError, ConnectionError):
            pass
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # leave with a reset
    return [int(line.split()[1]) for line in text.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


@pytest.mark.slow
def test_no_mutated_request_is_answered_as_an_error_of_the_server(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    draw, requests = random.Random(14), _requests()
    statuses: set[int] = set()

    with caplog.at_level(logging.ERROR):
        for _ in range(ROUNDS):
            raw = _mutated(draw, draw.choice(requests))
            answers = _statuses(served, raw)
            assert [status for status in answers if status >= 500] == [], raw
            statuses.update(answers)

    assert {200, 400, 401, 404} <= statuses
    assert statuses & {405, 422}  # got as far as an operation
    assert [record.getMessage() for record in caplog.records] == []
