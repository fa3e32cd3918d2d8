"""Stripe's notices at a steady pace: signed, stored before they are answered, and all applied in the end."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import psycopg

from sandbox.stripe.courier import signature
from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load

PATH = "/api/public/hotels/room-bookings/stripe-webhook/"
A_SECOND = 100
NOTICES = 500

_LEFT = "SELECT count(*) FROM webhook WHERE outcome <> 'APPLIED'"
_ALL = "SELECT count(*) FROM webhook"


@dataclass
class Notices:
    """Notices about a payment page that is known, each another event."""

    gateway: str
    bare: str
    payments_url: str
    bare_url: str
    secret: str
    session_id: str

    def stored(self) -> Measured:
        """Through the gateway into the store; done when all have been applied from there."""
        before = _counted(self.payments_url, _ALL)
        measured = self._sent(self.gateway, PATH, b'{"status":"success"}')
        deadline = time.monotonic() + 120
        while _counted(self.payments_url, _LEFT):
            if time.monotonic() > deadline:
                raise AssertionError("not every notice was applied")
            time.sleep(0.1)
        if _counted(self.payments_url, _ALL) - before != NOTICES:
            raise AssertionError("not every notice was stored")
        return measured

    def inserted(self) -> Measured:
        """The yardstick."""
        before = _counted(self.bare_url, "SELECT count(*) FROM notice")
        measured = self._sent(self.bare, "/notice", b'{"status":"success"}')
        if _counted(self.bare_url, "SELECT count(*) FROM notice") - before != NOTICES:
            raise AssertionError("not every notice was inserted")
        return measured

    def comparison(self) -> Comparison:
        """The row of the table."""
        return Comparison(
            f"webhook stored and answered, {A_SECOND} a second",
            self.stored,
            self.inserted,
            "bare FastAPI, signature and one insert",
            p99=30,
        )

    def _sent(self, url: str, path: str, answer: bytes) -> Measured:
        run, numbers = uuid4().hex, count()
        make: Callable[[int], Request] = lambda _: self._notice(path, f"evt_{run}_{next(numbers)}")  # noqa: E731
        is_right: Callable[[int, bytes], bool] = lambda status, body: (status, body) == (200, answer)  # noqa: E731
        return load(url, make, is_right, clients=16, requests=NOTICES, a_second=A_SECOND)

    def _notice(self, path: str, event_id: str) -> Request:
        about = {"id": self.session_id, "object": "checkout.session", "metadata": {}, "payment_intent": None}
        event = {
            "id": event_id,
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(time.time()),
            "data": {"object": about},
        }
        body = json.dumps(event)
        signed = ("Stripe-Signature", signature(body, [self.secret]))
        return Request("POST", path, (("Content-Type", "application/json"), signed), body.encode())


def _counted(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0
