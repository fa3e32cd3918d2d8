"""The client of the control API, for tests and scripts."""

from __future__ import annotations

import time
from typing import Any, Self

import httpx

from sandbox.stripe.cards import SUCCESS
from sandbox.stripe.store import Json


class StandInControl:
    """The client. Each method calls one endpoint under /_control; an error response raises `httpx.HTTPStatusError`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/_control", trust_env=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def pay(self, session_id: str, card: str = SUCCESS.number, *, email: str | None = None) -> Json:
        return self._post(f"/sessions/{session_id}/pay", {"card": card, "email": email})

    def advance(self, seconds: int) -> int:
        """Advance the clock. Returns its time (UTC seconds)."""
        return int(self._post("/clock/advance", {"seconds": seconds})["now"])

    def now(self) -> int:
        return int(self._get("/clock")["now"])

    def fault(self, kind: str, **spec: Any) -> Json:
        """Add a fault; the fields are those of `FaultSpec`."""
        return self._post("/faults", {"kind": kind, **spec})

    def faults(self) -> list[Json]:
        return list(self._get("/faults")["faults"])

    def lift_faults(self) -> None:
        self._http.delete("/faults").raise_for_status()

    def webhooks(self, **changes: Any) -> Json:
        """Change the webhook settings; the fields are those of `WebhookSettings`."""
        return self._post("/webhooks", changes)

    def drop_events(self, event_type: str = "", *, times: int | None = 1) -> None:
        """Drop the next events whose type matches the regular expression."""
        self._post("/webhooks/drop", {"type": event_type, "times": times})

    def resend(self, event_id: str) -> None:
        self._post(f"/events/{event_id}/resend", {})

    def dispute(self, charge: str, **spec: Any) -> Json:
        return self._post("/disputes", {"charge": charge, **spec})

    def close_dispute(self, dispute_id: str, status: str) -> Json:
        return self._post(f"/disputes/{dispute_id}/close", {"status": status})

    def settle_refund(self, refund_id: str, status: str) -> Json:
        return self._post(f"/refunds/{refund_id}/settle", {"status": status})

    def settings(self, **changes: Any) -> Json:
        return self._post("/settings", changes)

    def reset(self) -> None:
        self._post("/reset", {})

    def journal(self, payment_intent: str | None = None) -> list[Json]:
        params = {"payment_intent": payment_intent} if payment_intent else {}
        return list(self._get("/journal", **params)["entries"])

    def requests(self) -> list[Json]:
        return list(self._get("/requests")["requests"])

    def deliveries(self) -> list[Json]:
        return list(self._get("/deliveries")["deliveries"])

    def violations(self) -> list[Json]:
        return list(self._get("/violations")["violations"])

    def wait_until_delivered(self, within: float = 5.0) -> None:
        """Wait until no webhook is queued or in flight. Raises TimeoutError."""
        deadline = time.monotonic() + within
        while self._get("/webhooks")["waiting"]:
            if time.monotonic() > deadline:
                raise TimeoutError("webhooks are still waiting")
            time.sleep(0.01)

    def _get(self, path: str, **params: str) -> Json:
        response: Json = self._http.get(path, params=params).raise_for_status().json()
        return response

    def _post(self, path: str, body: Json) -> Json:
        response: Json = self._http.post(path, json=body).raise_for_status().json()
        return response
