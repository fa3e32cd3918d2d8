"""An in-memory transport: the official library calls the stand-in without a socket.

For tests with many thousands of calls. Delay faults are not supported; use a dropped response instead.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from sandbox.stripe.api import respond
from sandbox.stripe.app_state import StandInConfig, StripeAppState
from sandbox.stripe.cards import SUCCESS
from sandbox.stripe.faults import FaultSpec
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.pipeline import ConnectionDropped, StripeRequest
from sandbox.stripe.store import EventCause, Json, StripeStore, find, new_id


class InMemoryStripe(stripe.HTTPClient):
    """The stand-in as the official library's HTTP client; requests run one at a time. Webhooks are not sent."""

    name = "in_memory"

    def __init__(self, *, api_key: str) -> None:
        super().__init__()
        self.state = StripeAppState(StandInConfig(public_url="http://stripe.invalid", api_key=api_key))
        self._lock = threading.Lock()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        api_request = _api_request(method, url, headers or {}, post_data or "")
        with self._lock:
            coroutine = respond(self.state, api_request)
            try:
                while True:
                    coroutine.send(None)
            except StopIteration as finished:
                status, body, response_headers = finished.value
            except ConnectionDropped as dropped:
                raise stripe.APIConnectionError("the stand-in dropped the connection") from dropped  # type: ignore[no-untyped-call]
        return body.decode(), status, response_headers

    def close(self) -> None:
        """Do nothing; the official library requires the method."""

    def pay(self, session_id: str, card: str = SUCCESS.number) -> None:
        """Pay as on the payment page. Raises ApiError if the card is declined."""
        with self._lock:
            store = self.state.store
            store.clock.run_due()
            pay_with_card(store, find("checkout.session", store.sessions, session_id), card)

    def advance(self, seconds: int) -> None:
        """Advance the clock and run due deadlines."""
        with self._lock:
            self.state.store.clock.advance(seconds)

    def fault(self, kind: str, **spec: Any) -> None:
        """Add a fault; the fields are those of `FaultSpec`."""
        self.state.faults.add(FaultSpec(kind=kind, **spec))

    def snapshot(self) -> Json:
        """The current objects, deadlines and idempotency keys, for `restore`. Faults are not included."""
        return {"store": self._copy(self.state.store), "keys": copy.deepcopy(self.state.keys)}

    def restore(self, snapshot: Json, *, reusable: bool = True) -> None:
        """Return to a snapshot. A snapshot that is not `reusable` is not copied, so it can be restored only once."""
        self.state.store = self._copy(snapshot["store"]) if reusable else snapshot["store"]
        self.state.keys = copy.deepcopy(snapshot["keys"]) if reusable else snapshot["keys"]

    def _copy(self, store: StripeStore) -> StripeStore:
        """A copy of the store; the webhook sender is shared."""
        return copy.deepcopy(store, {id(self.state.webhooks): self.state.webhooks})

    def events(self) -> list[Json]:
        """All events, oldest first."""
        return list(self.state.store.events.values())

    def journal(self) -> list[Json]:
        """All movements of money, oldest first."""
        return self.state.store.journal.entries()


def _api_request(method: str, url: str, headers: Mapping[str, str], body: str) -> StripeRequest:
    parts = urlsplit(url)
    lowercase_headers = {name.lower(): value for name, value in headers.items()}
    method = method.upper()
    return StripeRequest(
        method=method,
        path=parts.path,
        encoded="&".join(part for part in (parts.query, body) if part),
        authorization=lowercase_headers.get("authorization"),
        version=lowercase_headers.get("stripe-version"),
        cause=EventCause(new_id("req"), lowercase_headers.get("idempotency-key") if method == "POST" else None),
    )
