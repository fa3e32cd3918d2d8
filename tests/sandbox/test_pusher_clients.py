"""The stand-in with clients it did not bring: pysher, a webhook receiver, a shell."""

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pysher
import pytest

from sandbox.pusher.stand_in import PusherStandIn
from tests.sandbox.pusher_client import Client, join, library_of

pytestmark = pytest.mark.timeout(20)
PATIENCE = 5.0
Received = queue.Queue[tuple[dict[str, str], str]]


@pytest.fixture
def webhook() -> Iterator[tuple[str, Received]]:
    received: Received = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((dict(self.headers), body.decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_pysher_hears_a_private_channel() -> None:
    received: queue.Queue[str] = queue.Queue()
    with PusherStandIn.start() as stand_in:
        client = pysher.Pusher("key", secret="secret", secure=False, custom_host=stand_in.host, port=stand_in.port)

        def subscribe(_: str) -> None:
            channel = client.subscribe("private-a")
            channel.bind("pusher_internal:subscription_succeeded", lambda _: received.put("in"))
            channel.bind("hello", received.put)

        client.connection.bind("pusher:connection_established", subscribe)
        client.connect()
        assert received.get(timeout=PATIENCE) == "in"

        library_of(stand_in).trigger("private-a", "hello", {"n": 1})

        assert json.loads(received.get(timeout=PATIENCE)) == {"n": 1}
        # Its own `disconnect` joins a thread that only wakes when the server hangs up.
        client.connection.disconnect_called = True

    client.connection.join(PATIENCE)
    assert not client.connection.is_alive()


def test_webhooks_are_signed_and_in_order(webhook: tuple[str, Received]) -> None:
    url, received = webhook
    events: list[dict[str, Any]] = []
    with PusherStandIn.start(webhook_url=url) as stand_in:
        library = library_of(stand_in)
        with Client(stand_in.ws_url) as client:
            join(client, library, "presence-x", "ann")

        while not events or events[-1]["name"] != "channel_vacated":
            headers, body = received.get(timeout=PATIENCE)
            signature = headers["X-Pusher-Signature"]
            events += library.validate_webhook(headers["X-Pusher-Key"], signature, body)["events"]
            assert library.validate_webhook("key", signature, body + " ") is None

    assert [event["name"] for event in events] == [
        "channel_occupied",
        "member_added",
        "member_removed",
        "channel_vacated",
    ]
    assert events[1] == {"name": "member_added", "channel": "presence-x", "user_id": "ann"}


def test_the_command_says_where_it_listens_and_serves_there() -> None:
    command = [sys.executable, "-m", "sandbox.pusher", "--key", "k", "--secret", "s"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            announced, _, url = line.strip().partition(" on ")
            events = httpx.get(f"{url}/_control/events", trust_env=False)
        finally:
            process.terminate()

    assert announced == "pusher stand-in listening"
    assert events.json() == []
