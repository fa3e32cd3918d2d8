"""Those who use the HTTP API: a guest, a member of staff. Each says who they are and sees only what they are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from sandbox.demo.expecting import Unmet, expect, expect_fields
from sandbox.demo.transcript import Transcript

TIMEOUT = 30.0


@dataclass(frozen=True)
class Answer:
    """What the gateway said."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The refusal's code."""
        return str(self.body["error"]["code"])


class Party:
    """One client of the gateway, with or without a token."""

    def __init__(self, name: str, gateway: str, transcript: Transcript, *, token: str | None = None) -> None:
        self.name = name
        self.token = token
        self._gateway = gateway
        self._transcript = transcript
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=gateway, headers=headers, trust_env=False, timeout=TIMEOUT)

    def known_by(self, token: str) -> Self:
        """The same person, from now on with this token."""
        self.close()
        return type(self)(self.name, self._gateway, self._transcript, token=token)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask, whatever the answer may be."""
        answer = self._http.request(method, path, json=body, params=params, headers=headers)
        text = "json" in answer.headers.get("content-type", "")
        return Answer(answer.status_code, answer.json() if text else answer.text, answer.headers)

    def ask(self, method: str, path: str, *, status: int | tuple[int, ...] = 200, **asked: Any) -> Answer:
        """Ask, and expect one of these statuses."""
        answer = self.send(method, path, **asked)
        wanted = status if isinstance(status, tuple) else (status,)
        if answer.status not in wanted:
            raise Unmet(f"{self.name}: {method} {path}", wanted=f"status {status}", seen=(answer.status, answer.body))
        self._transcript.line(self.name, f"{method} {path} → {answer.status}", told(answer.body))
        return answer

    def refused(self, method: str, path: str, *, status: int, code: str, **asked: Any) -> Answer:
        """Ask, and expect this refusal in the one shape of errors."""
        answer = self.ask(method, path, status=status, **asked)
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


def told(body: Any) -> str:
    """What of an answer is worth a glance."""
    if not isinstance(body, dict):
        return ""
    if "error" in body:
        return f"{body['error']['code']}: {body['error']['message']}"
    found = body.get("booking", body)
    names = ("booking_id", "status", "payment_status", "total_amount", "total", "currency", "assigned_room_number")
    more = ("room_number", "room_status", "count", "session_id", "role")
    return " · ".join(str(found[name]) for name in (*names, *more) if isinstance(found.get(name), str | int))
