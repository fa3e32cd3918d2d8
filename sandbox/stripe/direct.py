"""The stand-in without a socket: the same desk, asked by a function call through the official library.

For tests that make many thousands of calls. What a delay would do over the wire, a dropped answer does here.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from sandbox.stripe.api import respond
from sandbox.stripe.cards import SUCCESS
from sandbox.stripe.desk import Config, Desk
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.journal import Journal
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.work import Asked, Dropped
from sandbox.stripe.world import Cause, Json, find, new_id

_OBJECTS = (
    "sessions",
    "intents",
    "charges",
    "refunds",
    "disputes",
    "events",
    "payment_methods",
    "intent_of_session",
    "session_of_intent",
    "refused_captures",
)


class DirectStripe(stripe.HTTPClient):
    """A desk as the official library's HTTP client; one request at a time, whoever asks. Its webhooks stay on it."""

    name = "direct"

    def __init__(self, *, api_key: str) -> None:
        super().__init__()
        self.desk = Desk(Config(public_url="http://stripe.invalid", api_key=api_key))
        self._turn = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        asked = _asked(method, url, headers or {}, post_data or "")
        with self._turn:
            working = respond(self.desk, asked)
            try:
                while True:
                    working.send(None)
            except StopIteration as finished:
                status, body, answered = finished.value
            except Dropped as dropped:
                raise stripe.APIConnectionError("the stand-in cut the connection") from dropped  # type: ignore[no-untyped-call]
        return body.decode(), status, answered

    def close(self) -> None:
        """There is nothing to close."""

    def pay(self, session_id: str, card: str = SUCCESS.number) -> None:
        """Pay as a person would on the page; raises the card's refusal."""
        with self._turn:
            world = self.desk.world
            world.clock.run_due()
            pay_with_card(world, find("checkout.session", world.sessions, session_id), card)

    def advance(self, seconds: int) -> None:
        """Move the clock; what comes due is done."""
        with self._turn:
            self.desk.world.clock.advance(seconds)

    def fault(self, kind: str, **spec: Any) -> None:
        """Make something go wrong; the fields are those of `FaultSpec`."""
        self.desk.faults.add(FaultSpec(kind=kind, **spec))

    def mark(self) -> Json:
        """Everything as it is now, for `back_to`."""
        world = self.desk.world
        kept = {name: copy.deepcopy(getattr(world, name)) for name in _OBJECTS}
        return {**kept, "journal": world.journal.entries_so_far(), "keys": copy.deepcopy(self.desk.keys)}

    def back_to(self, mark: Json) -> None:
        """Everything as it was then. Deadlines stay with what came after: do not move the clock any more."""
        world = self.desk.world
        for name in _OBJECTS:
            setattr(world, name, copy.deepcopy(mark[name]))
        world.journal = Journal(mark["journal"])
        self.desk.keys = copy.deepcopy(mark["keys"])

    def events(self) -> list[Json]:
        """Every event so far, oldest first."""
        return list(self.desk.world.events.values())

    def journal(self) -> list[Json]:
        """Every movement of money so far, oldest first."""
        return self.desk.world.journal.entries()


def _asked(method: str, url: str, headers: Mapping[str, str], body: str) -> Asked:
    parts = urlsplit(url)
    said = {name.lower(): value for name, value in headers.items()}
    method = method.upper()
    return Asked(
        method=method,
        path=parts.path,
        encoded="&".join(part for part in (parts.query, body) if part),
        authorization=said.get("authorization"),
        version=said.get("stripe-version"),
        cause=Cause(new_id("req"), said.get("idempotency-key") if method == "POST" else None),
    )
