"""The balancer gives each connection to one gateway that is fit, and never sends a request twice."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from sandbox.stack.ports import Ports, answers
from sandbox.stack.stack_config import ROOT
from tests.sandbox.soon import soon


class StandInGateway:
    """A gateway that answers with its name; `ready`, `stops` and `dies` change how."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready, self.stops, self.dies = True, False, False
        self.requests: list[str] = []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path != "/readyz":
                    gateway.requests.append(self.path)
                    if gateway.dies:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        return
                body = gateway.name.encode()
                self.send_response(200 if gateway.ready or self.path != "/readyz" else 503)
                self.send_header("Content-Length", str(len(body)))
                if gateway.stops:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def balanced(*gateways: str) -> Iterator[str]:
    """The address of a balancer in front of these gateways."""
    ports = Ports()
    port = ports.choose("balancer")
    command = [sys.executable, "-m", "sandbox.balancer", "--port", str(port), "--gateways", ",".join(gateways)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        soon(lambda: answers(port), seconds=20)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        ports.release()


@pytest.fixture
def pair() -> Iterator[tuple[StandInGateway, StandInGateway]]:
    first, second = StandInGateway("first"), StandInGateway("second")
    yield first, second
    with suppress(OSError):
        first.close()
    second.close()


@pytest.fixture
def url(pair: tuple[StandInGateway, StandInGateway]) -> Iterator[str]:
    with ExitStack() as stack:
        made = stack.enter_context(balanced(*(gateway.address for gateway in pair)))
        soon(lambda: names(made) == {"first", "second"}, seconds=20)
        yield made


def names(url: str, count: int = 6) -> set[str]:
    """Who answers new connections."""
    return {httpx.get(f"{url}/", trust_env=False).text for _ in range(count)}


def test_a_gateway_that_stops_or_lacks_something_gets_no_new_connection(
    pair: tuple[StandInGateway, StandInGateway], url: str
) -> None:
    first, second = pair

    first.stops = True
    soon(lambda: names(url) == {"second"}, seconds=10)
    second.ready = False
    soon(lambda: names(url) == {"second"}, seconds=10)  # rather one that lacks something than one that stops
    first.stops = False
    soon(lambda: names(url) == {"first"}, seconds=10)
    second.ready = True
    soon(lambda: names(url) == {"first", "second"}, seconds=10)


def test_a_refused_connection_goes_to_the_other_gateway(pair: tuple[StandInGateway, StandInGateway], url: str) -> None:
    pair[0].close()

    assert names(url) == {"second"}


def test_a_request_that_was_begun_is_not_sent_again(pair: tuple[StandInGateway, StandInGateway], url: str) -> None:
    for gateway in pair:
        gateway.dies = True
        gateway.requests.clear()

    for number in range(4):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/{number}", trust_env=False)

    assert sorted(pair[0].requests + pair[1].requests) == ["/0", "/1", "/2", "/3"]


def test_without_a_gateway_the_answer_says_so() -> None:
    ports = Ports()
    with balanced(f"127.0.0.1:{ports.choose('nobody')}") as url:
        answer = httpx.get(url, trust_env=False)
    ports.release()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
