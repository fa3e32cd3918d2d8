"""Stripe's notices at a steady pace: signed, and stored before they are answered; those that matter are applied too."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg

from sandbox.stripe.webhook_sender import signature
from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load

PATH = "/api/public/hotels/room-bookings/stripe-webhook/"
TAKEN = b'{"status":"success"}'
A_SECOND = 100
NOTICES = 500

KEPT, APPLIED = "checkout.session.async_payment_succeeded", "checkout.session.completed"

_LEFT = "SELECT count(*) FROM webhook WHERE outcome NOT IN ('APPLIED', 'IGNORED')"
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

    def stored(self, kind: str) -> Measured:
        """Through the gateway into the store; done when all that are to be applied have been applied from there."""
        before = _counted(self.payments_url, _ALL)
        measured = self._sent(self.gateway, PATH, kind)
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
        measured = self._sent(self.bare, "/notice", KEPT)
        if _counted(self.bare_url, "SELECT count(*) FROM notice") - before != NOTICES:
            raise AssertionError("not every notice was inserted")
        return measured

    def comparisons(self) -> list[Comparison]:
        """The rows of the table: notices that are only kept, and such that are applied while others come."""
        rows = (("stored and answered", KEPT, 15), ("stored, answered and applied", APPLIED, 30))
        return [
            Comparison(
                f"webhook {what}, {A_SECOND} a second",
                partial(self.stored, kind),
                self.inserted,
                "bare FastAPI, signature and one insert",
                p99=longest,
            )
            for what, kind, longest in rows
        ]

    def _sent(self, url: str, path: str, kind: str) -> Measured:
        run, numbers = uuid4().hex, count()
        make: Callable[[int], Request] = lambda _: self._notice(path, f"evt_{run}_{next(numbers)}", kind)  # noqa: E731
        is_right: Callable[[int, bytes], bool] = lambda status, body: (status, body) == (200, TAKEN)  # noqa: E731
        return load(url, make, is_right, clients=16, requests=NOTICES, a_second=A_SECOND)

    def _notice(self, path: str, event_id: str, kind: str) -> Request:
        about: dict[str, Any] = {
            "id": self.session_id,
            "object": "checkout.session",
            "metadata": {},
            "payment_intent": None,
        }
        event = {
            "id": event_id,
            "object": "event",
            "type": kind,
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
