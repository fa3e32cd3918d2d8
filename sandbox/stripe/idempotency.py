"""Idempotency keys with Stripe's semantics: one key, one set of parameters, one response.

Source: Stripe's documentation, "Idempotent requests": the status and body of the first request
are stored whether it succeeded or failed, 5xx included, except when it failed validation or when
another request with the key was still running; keys can be removed once they are at least 24 hours old.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sandbox.stripe.clock import DAY
from sandbox.stripe.errors import ApiError, invalid

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A response: status, JSON text, the id of the request that produced it, and the retry advice."""

    status: int
    body: bytes
    request_id: str
    should_retry: bool | None = None


@dataclass(slots=True)
class KeyUse:
    """A key's path and form, the time of its first use (UTC seconds), and its response.

    `prospect` is the response from the work on, `answer` from the end of the request on.
    """

    fingerprint: tuple[str, str]
    since: int
    answer: ApiResponse | None = None
    prospect: ApiResponse | None = None


class IdempotencyKeys:
    """The keys in use, each with the time of its first use on the stand-in's clock."""

    def __init__(self) -> None:
        self.uses: dict[str, KeyUse] = {}

    def begin(self, key: str, *, path: str, form: str, now: int) -> ApiResponse | None:
        """Start a request with a key; returns the stored response of a repetition, None for a first use.

        A first use is marked as running. Raises `idempotency_error`: 400 for other parameters, 409 while the first
        request is running.
        """
        if len(key) > _LONGEST:
            raise invalid(f"Idempotency keys may be at most {_LONGEST} characters long.")
        use = self.uses.get(key)
        if use is None or now - use.since >= DAY:
            self.uses[key] = KeyUse((path, form), now)
            return None
        if use.fingerprint != (path, form):
            raise ApiError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
            )
        if use.answer is None:
            raise ApiError(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this Stripe-Idempotency-Key "
                f"(that probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                code="idempotency_key_in_use",
            )
        return use.answer

    def expect(self, key: str, answer: ApiResponse | None) -> None:
        """Store with the work the response that `finish` will store: a restart between the two repeats no work."""
        self.uses[key].prospect = answer

    def finish(self, key: str, answer: ApiResponse | None) -> None:
        """Store the response of a first use; without one, delete the key."""
        if answer is None:
            self.uses.pop(key, None)
        else:
            self.uses[key].answer = answer


def key_use_as_json(use: KeyUse) -> dict[str, Any] | None:
    """The use of a key as JSON; None while its work is not done."""
    answer = use.answer or use.prospect
    if answer is None:
        return None
    return {"fingerprint": use.fingerprint, "since": use.since, **asdict(answer), "body": answer.body.decode()}


def key_use(stored: dict[str, Any]) -> KeyUse:
    """The use of a key from its JSON."""
    answer = ApiResponse(stored["status"], stored["body"].encode(), stored["request_id"], stored["should_retry"])
    path, form = stored["fingerprint"]
    return KeyUse((path, form), stored["since"], answer)
