"""A local webhook receiver that stores and verifies webhooks."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self, TypeVar

import stripe

T = TypeVar("T")


class WebhookReceiver:
    """Every received webhook, in order. `status_codes` sets the next response codes; the default is 200."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self.status_codes: deque[int] = deque()
        self.deliveries: list[tuple[bytes, str]] = []

    @classmethod
    @contextmanager
    def open(cls, *, secret: str) -> Iterator[Self]:
        """Listen on a free loopback port until the block ends."""
        receiver: Self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                payload = self.rfile.read(length)
                if len(payload) < length:  # the sender was killed
                    return
                receiver.deliveries.append((payload, self.headers["Stripe-Signature"]))
                self.send_response(receiver.status_codes.popleft() if receiver.status_codes else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Suppress the access log."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            receiver = cls(f"http://127.0.0.1:{server.server_port}/webhook", secret)
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield receiver
            server.shutdown()
            thread.join()

    def clear(self) -> None:
        self.status_codes.clear()
        self.deliveries.clear()

    def events(self) -> list[stripe.Event]:
        """The received events, verified and parsed by the official library."""
        return [
            stripe.Webhook.construct_event(payload, header, self.secret) for payload, header in list(self.deliveries)
        ]

    def types(self) -> list[str]:
        return [event.type for event in self.events()]

    def wait_for(self, event_type: str, count: int = 1, *, within: float = 5.0) -> stripe.Event:
        """Wait for the `count`th event of a type and return it; raises TimeoutError."""
        return wait_until(lambda: self._nth(event_type, count), within=within, what=f"{count} × {event_type}")

    def _nth(self, event_type: str, count: int) -> stripe.Event | None:
        matching = [event for event in self.events() if event.type == event_type]
        return matching[count - 1] if len(matching) >= count else None


def wait_until(condition: Callable[[], T | None], *, within: float = 5.0, what: str) -> T:
    """Call `condition` until the result is true; returns that result. Raises TimeoutError."""
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {within} s")
        time.sleep(0.005)
