"""An inbox: a tiny local webhook receiver that keeps, and verifies, what is sent to it."""

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


class Inbox:
    """Every webhook received, in order. `answers` scripts the next status codes; then it is 200."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self.answers: deque[int] = deque()
        self.letters: list[tuple[bytes, str]] = []

    @classmethod
    @contextmanager
    def open(cls, *, secret: str) -> Iterator[Self]:
        """Listen on a free loopback port until the block ends."""
        inbox: Self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.letters.append((payload, self.headers["Stripe-Signature"]))
                self.send_response(inbox.answers.popleft() if inbox.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Keep quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            inbox = cls(f"http://127.0.0.1:{server.server_port}/webhook", secret)
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield inbox
            server.shutdown()
            thread.join()

    def clear(self) -> None:
        self.answers.clear()
        self.letters.clear()

    def events(self) -> list[stripe.Event]:
        """What was received, each verified and parsed by the official library."""
        return [stripe.Webhook.construct_event(payload, header, self.secret) for payload, header in list(self.letters)]

    def types(self) -> list[str]:
        return [event.type for event in self.events()]

    def wait_for(self, event_type: str, count: int = 1, *, within: float = 5.0) -> stripe.Event:
        """The `count`th event of a type, as soon as it is there; raises TimeoutError."""
        return wait_until(lambda: self._nth(event_type, count), within=within, what=f"{count} × {event_type}")

    def _nth(self, event_type: str, count: int) -> stripe.Event | None:
        found = [event for event in self.events() if event.type == event_type]
        return found[count - 1] if len(found) >= count else None


def wait_until(look: Callable[[], T | None], *, within: float = 5.0, what: str) -> T:
    """What `look` finds, as soon as it finds anything; raises TimeoutError."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {within} s")
        time.sleep(0.005)
