"""Clients of the HTTP API: guests and staff, each with their own token."""

from collections.abc import Mapping
from typing import Any, Self

import httpx

from sandbox.demo.expectations import ExpectationFailed, expect, expect_fields
from sandbox.demo.transcript import Transcript
from sandbox.gateway_response import GatewayResponse

TIMEOUT = 30.0


class ApiClient:
    """One client of the gateway, with or without a token."""

    def __init__(self, name: str, gateway: str, transcript: Transcript, *, token: str | None = None) -> None:
        self.name = name
        self.token = token
        self._gateway = gateway
        self._transcript = transcript
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=gateway, headers=headers, trust_env=False, timeout=TIMEOUT)

    def with_token(self, token: str) -> Self:
        """The same client with this token."""
        self.close()
        return type(self)(self.name, self._gateway, self._transcript, token=token)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GatewayResponse:
        """Send a request; returns the response, whatever its status."""
        return GatewayResponse.of(self._http.request(method, path, json=body, params=params, headers=headers))

    def call(self, method: str, path: str, *, status: int | tuple[int, ...] = 200, **params: Any) -> GatewayResponse:
        """Send a request and expect one of these statuses."""
        answer = self.send(method, path, **params)
        expected = status if isinstance(status, tuple) else (status,)
        if answer.status not in expected:
            raise ExpectationFailed(
                f"{self.name}: {method} {path}", expected=f"status {status}", actual=(answer.status, answer.body)
            )
        self._transcript.line(self.name, f"{method} {path} → {answer.status}", summary(answer.body))
        return answer

    def expect_refusal(self, method: str, path: str, *, status: int, code: str, **params: Any) -> GatewayResponse:
        """Send a request and expect this error as a problem document."""
        answer = self.call(method, path, status=status, **params)
        expect(
            f"{method} {path} is a problem document",
            answer.headers["content-type"].split(";")[0],
            "application/problem+json",
        )
        expect_fields(
            "the problem", answer.body, ("type", "title", "status", "detail", "instance", "trace_id", "error")
        )
        expect(f"{method} {path} is refused", answer.code, code)
        return answer


def summary(body: Any) -> str:
    """The main fields of a response body, on one line."""
    if not isinstance(body, dict):
        return ""
    if "error" in body:
        return f"{body['error']['code']}: {body['error']['message']}"
    fields = body.get("booking", body)
    names = ("booking_id", "status", "payment_status", "total_amount", "total", "currency", "assigned_room_number")
    more = ("room_number", "room_status", "count", "session_id", "role")
    return " · ".join(str(fields[name]) for name in (*names, *more) if isinstance(fields.get(name), str | int))
