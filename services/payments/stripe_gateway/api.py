"""Requests to Stripe's API, whose answers are read as JSON: the library's objects cost four times what is read of them.

The library sends each request through `StripeClient.raw_request`, and raises its errors:
https://github.com/stripe/stripe-python#custom-requests.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import stripe

Json = Mapping[str, Any]
Params = Mapping[str, Any]

PAGE_SIZE = 100


class ApiAnswer(NamedTuple):
    """The answer to a call. `is_repeated` tells that Stripe has answered the same call before, and so again."""

    data: Json
    is_repeated: bool


class StripeApi:
    """Stripe's API, version 1. Every method raises the library's errors."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def read(self, path: str, params: Params | None = None) -> Json:
        """The object or page at a path."""
        answer: Json = self._client.raw_request("get", path, **params or {}).data
        return answer

    def read_all(self, path: str, params: Params) -> Iterator[Json]:
        """All objects of a list, newest first, page by page."""
        following: Params = {}
        while True:
            page = self.read(path, {**params, "limit": PAGE_SIZE, **following})
            yield from page["data"]
            if not page["has_more"]:
                return
            following = {"starting_after": page["data"][-1]["id"]}

    def call(self, path: str, params: Params, *, key: str) -> ApiAnswer:
        """Send a call under its idempotency key."""
        answer = self._client.raw_request("post", path, idempotency_key=key, **params)
        repeated = {name.lower(): value for name, value in answer.headers.items()}.get("idempotent-replayed")
        return ApiAnswer(answer.data, is_repeated=repeated == "true")


def path_of(*parts: str) -> str:
    """The path with these parts, such as `/v1/refunds/re_1`. An id is one part, whatever its characters."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)
