"""Stripe's errors in the port's words: refused, failed, busy, unknown, or no answer at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe

from chassis.refusal import Unavailable
from services.payments.cards import CallBusy, CallFailed, CallRefused, Unknown

LONGEST_REST = 300.0  # seconds; whoever asks for more is asked again after that


@contextmanager
def answers() -> Iterator[None]:
    """Whatever the library raises inside, translated."""
    try:
        yield
    except stripe.StripeError as error:
        raise translated(error) from error


def translated(error: stripe.StripeError) -> Exception:
    """What the error means for the call.

    A conflict and too many requests leave the call undone, so the same call may be made again under its key, as may
    one that the provider itself advises to repeat. A failure that it keeps for the key is only escaped by a new one.
    """
    said: Any = error.error
    code = str(getattr(said, "decline_code", None) or error.code or "refused")
    status = error.http_status or 0
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    if isinstance(error, stripe.CardError):
        return CallRefused(code)
    if status == 409 or isinstance(error, stripe.RateLimitError):
        return CallBusy(f"the provider is busy with it ({status})", seconds=_rest(headers))
    if isinstance(error, stripe.IdempotencyError):
        return CallFailed("the key was used with another request")
    if isinstance(error, stripe.InvalidRequestError):
        return Unknown(code) if status == 404 else CallRefused(code)
    if status >= 500:
        if headers.get("stripe-should-retry") == "true" and headers.get("idempotent-replayed") != "true":
            return CallBusy(f"the provider asks for the same again ({status})", seconds=_rest(headers))
        return CallFailed(f"the provider answered {status}")
    return Unavailable(f"the provider does not answer us: {type(error).__name__}", seconds=_rest(headers))


def _rest(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for; a date is not worth reading."""
    asked = headers.get("retry-after", "")
    return min(float(asked), LONGEST_REST) if asked.isascii() and asked.isdigit() else None
