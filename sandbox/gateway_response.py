"""A response of the gateway, as the clients of the demo and of chaos read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx


@dataclass(frozen=True)
class GatewayResponse:
    """A response. `body` is the JSON value, or the text where the response is no JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        """The response of an HTTP client."""
        body: Any = response.text
        if "json" in response.headers.get("content-type", ""):
            try:
                body = response.json()
            except ValueError:
                body = response.text
        return cls(response.status_code, body, response.headers)

    @property
    def code(self) -> str:
        """The code of the error in the body, or empty."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error.get("code", "")) if isinstance(error, dict) else ""

    @property
    def ok(self) -> bool:
        return self.status < 300
