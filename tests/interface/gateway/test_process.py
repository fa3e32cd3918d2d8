"""The gateway as its own process, on a real PostgreSQL and RabbitMQ."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.transactions.migrate import migrate
from contracts.catalogue import OWNERS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.responder import Responder

ROOT = Path(__file__).resolve().parents[3]
HEALTH = {"service": "x", "ready": True, "now": "2026-07-01T12:00:00Z"}
FACT = {"id": "e1", "type": "bookings.BookingHeld.v1", "sequence": 1, "time": "2026-07-01T12:00:00Z", "data": {}}
FEED = {"booking_id": "BK-1", "last_sequence": 1, "events": [FACT]}
EVENTS = "/api/public/hotels/hotel-killarney/room-bookings/BK-1/events/"
STREAM = {"Authorization": "Bearer guest-token-of-ada", "Accept": "text/event-stream"}


def _answer(method: str, kwargs: dict[str, Any], __: Any) -> dict[str, Any] | None:
    if method == "Ping":
        return {"result": HEALTH}
    if method == "GetFeed":
        return {"result": FEED if kwargs["message"]["after"] == 0 else {**FEED, "events": []}}
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """`python -m gateway`, and how to reach it."""

    def __init__(self, *, amqp_url: str, database_url: str) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        env = {
            **os.environ,
            "AMQP_URL": amqp_url,
            "GATEWAY_DATABASE_URL": database_url,
            "GATEWAY_PORT": str(port),
            "GATEWAY_RATE_LIMITS": "off",
            "HOTELMATE_MODE": "demo",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen([sys.executable, "-m", "gateway"], env=env, cwd=ROOT, stdout=subprocess.PIPE)

    def within(self, seconds: float, happens: Callable[[], str]) -> None:
        """Wait until nothing is missing; `happens` says what still is."""
        until, missing = time.monotonic() + seconds, ""
        while time.monotonic() < until:
            try:
                missing = happens()
            except httpx.TransportError as problem:
                assert self.process.poll() is None
                missing = repr(problem)
            if not missing:
                return
            time.sleep(0.05)
        raise AssertionError(f"not in time: {missing}")

    def unready(self) -> str:
        answer = httpx.get(f"{self.url}/readyz/", timeout=10)
        return "" if answer.status_code == 200 else answer.text

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def running(rabbit: RabbitNode, new_database: Callable[[str], str]) -> Iterator[Running]:
    database = new_database("gateway")
    migrate("gateway", database)
    with ExitStack() as services:
        for owner in OWNERS:
            services.enter_context(Responder(rabbit.amqp_url, owner, _answer))
        made = Running(amqp_url=rabbit.url_of("gateway"), database_url=database)
        try:
            yield made
        finally:
            made.end()


def test_the_gateway_becomes_ready_and_stops_while_a_stream_is_open(running: Running) -> None:
    running.within(60, running.unready)
    lines: list[str] = []

    def listen() -> None:
        with httpx.stream("GET", running.url + EVENTS, headers=STREAM, timeout=30) as answer:
            for line in answer.iter_lines():
                lines.append(line)

    listening = threading.Thread(target=listen)
    listening.start()
    running.within(20, lambda: "" if "id: 1" in lines else f"the first fact; told so far: {lines}")

    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    listening.join(10)

    assert not listening.is_alive()
    assert running.process.wait(10) in {0, -signal.SIGTERM}
    assert time.monotonic() - began < 5


def test_help_names_the_settings() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "gateway", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "GATEWAY_DATABASE_URL" in process.stdout
