"""The gateway as its own process, on a real PostgreSQL and RabbitMQ."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from contracts.catalogue import OWNERS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.responder import Responder
from tests.interface.gateway.running import ROOT, Running

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


@pytest.fixture
def running(rabbit: RabbitNode, url: str) -> Iterator[Running]:
    with ExitStack() as services:
        for owner in OWNERS:
            services.enter_context(Responder(rabbit.amqp_url, owner, _answer))
        made = Running(amqp_url=rabbit.url_of("gateway"), database_url=url)
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
