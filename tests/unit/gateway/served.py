"""The application on a real socket, and clients that speak raw bytes."""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from gateway.server import GatewayServer
from gateway.settings import GatewaySettings

UNGUARDED = {"http": "httptools", "ws": "none", "access_log": False, "log_config": None, "server_header": False}


class Served:
    """A running server and its port."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._server.server_state.connections)

    def start(self) -> None:
        """Serve until `stop`."""
        self._thread.start()
        until(lambda: self._server.started)

    @property
    def ended(self) -> bool:
        """Whether the server has stopped."""
        return not self._thread.is_alive()

    def terminate(self, sig: signal.Signals = signal.SIGTERM) -> None:
        """Have the server handle the signal, as if the process had got it."""
        self._server.handle_exit(sig, None)

    def stop(self) -> None:
        """Stop the server."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._listening.close()

    def connect(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def _run(self) -> None:
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        asyncio.run(self._server.serve([self._listening]))


@contextmanager
def guarded(app: FastAPI) -> Iterator[Served]:
    """The server as `python -m gateway` runs it."""
    with running(GatewayServer(app, GatewaySettings())) as served:
        yield served


@contextmanager
def unguarded(app: FastAPI) -> Iterator[Served]:
    """Uvicorn without the gateway's own bounds."""
    with running(uvicorn.Server(uvicorn.Config(app, **UNGUARDED))) as served:  # type: ignore[arg-type]
        yield served


@contextmanager
def running(server: uvicorn.Server) -> Iterator[Served]:
    """The server, for the block."""
    served = Served(server)
    served.start()
    try:
        yield served
    finally:
        served.stop()


def until(holds: object, *, within: float = 10.0) -> None:
    """Wait until `holds()` is true; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


def received(connection: socket.socket) -> bytes:
    """Everything until the server closes the connection; fails after the connection's timeout."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def closed_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the server closes the connection within so many seconds."""
    connection.settimeout(seconds)
    try:
        received(connection)
    except TimeoutError:
        return False
    return True
