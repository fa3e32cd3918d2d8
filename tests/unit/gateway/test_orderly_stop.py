"""A stopping gateway answers every request that it has received, each case first on Uvicorn alone."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI

from contracts.operations import Health, Ping
from gateway.server import GatewayServer
from gateway.settings import GatewaySettings
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway
from tests.unit.gateway.served import Served, running, unguarded, until

GET = b"GET /livez/ HTTP/1.1\r\nHost: a\r\n\r\n"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    made.bus.answers(Ping, Health(service="x", ready=True, now=builders.NOON))
    yield made
    made.close()


@pytest.fixture
def app(gateway: Gateway) -> FastAPI:
    gateway.app_state.stopping.clear()
    return gateway.app


@pytest.fixture
def draining(app: FastAPI) -> Iterator[Served]:
    with running(GatewayServer(app, GatewaySettings(drain_seconds=0.5))) as served:
        yield served


@pytest.fixture
def bare(app: FastAPI) -> Iterator[Served]:
    with unguarded(app) as served:
        yield served


def _response(client: socket.socket) -> bytes:
    """One whole response; what came of it where the server closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while b"\r\n\r\n" not in received and (part := client.recv(65536)):
            received += part
    return received


class Clients:
    """Clients that send request after request on kept connections, until the gateway tells them to close."""

    def __init__(self, served: Served, count: int) -> None:
        self.responses = 0
        self.unanswered = 0
        self._served = served
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)

    def _run(self) -> None:
        while True:
            try:
                client = self._served.connect()
            except OSError:
                return
            with client:
                closes = False
                while not closes:
                    response = b""
                    with suppress(ConnectionError):
                        client.sendall(GET)
                        response = _response(client)
                    with self._lock:
                        self.responses += bool(response)
                        self.unanswered += not response
                    closes = not response
                    if b"\r\nconnection: close\r\n" in response:
                        return


def _unanswered(served: Served) -> int:
    clients = Clients(served, 20)
    clients.start()
    until(lambda: clients.responses > 200)
    served.terminate()
    clients.join()
    return clients.unanswered


def test_every_request_of_kept_connections_is_answered(app: FastAPI) -> None:
    with running(GatewayServer(app, GatewaySettings(drain_seconds=30))) as served:
        assert _unanswered(served) == 0
        served.terminate()
        until(lambda: served.ended)


def test_uvicorn_alone_leaves_requests_unanswered(bare: Served) -> None:
    assert _unanswered(bare) > 0


def _is_answered(served: Served, rest: Callable[[], None] = lambda: None) -> bool:
    """Whether a request whose second half comes during the stop is answered."""
    with served.connect() as client:
        client.sendall(GET[:10])
        until(lambda: served.connections == 1)
        time.sleep(0.1)
        served.terminate()
        time.sleep(0.8)
        rest()
        with suppress(ConnectionError):
            client.sendall(GET[10:])
            return b"connection: close" in _response(client)
    return False


def test_a_request_that_is_half_received_is_answered(draining: Served) -> None:
    assert _is_answered(draining)


def test_uvicorn_alone_drops_a_request_that_is_half_received(bare: Served) -> None:
    assert not _is_answered(bare)


def test_a_new_connection_is_served_until_balancers_have_noticed_or_a_second_signal_comes(app: FastAPI) -> None:
    with running(GatewayServer(app, GatewaySettings(drain_seconds=30))) as draining:
        address = f"http://127.0.0.1:{draining.port}"
        assert httpx.get(f"{address}/readyz/").status_code == 200

        draining.terminate()
        readiness, other = httpx.get(f"{address}/readyz/"), httpx.get(f"{address}/livez/")

        assert (readiness.status_code, readiness.json()["checks"]["gateway"]) == (503, "stopping")
        assert (other.status_code, other.headers["connection"]) == (200, "close")
        draining.terminate()
        until(lambda: draining.ended)


def test_an_idle_connection_does_not_delay_the_stop(draining: Served) -> None:
    with draining.connect() as client:
        client.sendall(GET)
        _response(client)
        began = time.monotonic()
        draining.terminate()
        until(lambda: draining.ended)

    assert 0.5 <= time.monotonic() - began < 5


def test_an_interrupt_leaves_the_drain_out(app: FastAPI) -> None:
    with running(GatewayServer(app, GatewaySettings(drain_seconds=30))) as served:
        served.terminate(signal.SIGINT)
        until(lambda: served.ended)
