"""Idempotency keys, with Stripe's semantics: one key, one set of parameters, one answer.

Source: Stripe's documentation, "Idempotent requests": the status and body of the first request
are kept whether it succeeded or failed, 5xx included, unless it failed validation or met another
still running; keys can be removed once they are at least 24 hours old.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.stripe.clock import DAY
from sandbox.stripe.errors import Refusal, invalid

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status, JSON text, the request that earned it, and advice on retrying."""

    status: int
    body: bytes
    request_id: str
    should_retry: bool | None = None


@dataclass(slots=True)
class _Use:
    asked: tuple[str, str]
    since: int
    answer: Answer | None = None


class Keys:
    """Every key in use, by the moment of the stand-in's clock it was first used."""

    def __init__(self) -> None:
        self._uses: dict[str, _Use] = {}

    def begin(self, key: str, *, path: str, form: str, now: int) -> Answer | None:
        """The stored answer for a repetition, or None for a first use, which is now running.

        Raises `idempotency_error` (400) for other parameters and 409 while the first still runs.
        """
        if len(key) > _LONGEST:
            raise invalid(f"Idempotency keys may be at most {_LONGEST} characters long.")
        use = self._uses.get(key)
        if use is None or now - use.since >= DAY:
            self._uses[key] = _Use((path, form), now)
            return None
        if use.asked != (path, form):
            raise Refusal(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
            )
        if use.answer is None:
            raise Refusal(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this Stripe-Idempotency-Key "
                f"(that probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                code="idempotency_key_in_use",
            )
        return use.answer

    def finish(self, key: str, answer: Answer | None) -> None:
        """Keep the answer of a first use; without one, forget that the key was used."""
        if answer is None:
            self._uses.pop(key, None)
        else:
            self._uses[key].answer = answer
