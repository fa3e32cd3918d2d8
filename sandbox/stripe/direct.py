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
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.work import Asked, Dropped
from sandbox.stripe.world import Cause, Json, World, find, new_id


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
        """Everything as it is now but for faults, deadlines included, for `back_to`."""
        return {"world": self._copied(self.desk.world), "keys": copy.deepcopy(self.desk.keys)}

    def back_to(self, mark: Json, *, again: bool = True) -> None:
        """Everything as it was then, as often as wanted; or, where not `again`, this once."""
        self.desk.world = self._copied(mark["world"]) if again else mark["world"]
        self.desk.keys = copy.deepcopy(mark["keys"]) if again else mark["keys"]

    def _copied(self, world: World) -> World:
        """A world of its own; the courier serves all of them."""
        return copy.deepcopy(world, {id(self.desk.courier): self.desk.courier})

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
