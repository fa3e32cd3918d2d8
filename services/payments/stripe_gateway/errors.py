"""Translates Stripe's errors to the port's: refused, failed, busy, unknown object, or unavailable."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe

from chassis.refusal import Unavailable
from services.payments.cards import CallBusy, CallFailed, CallRefused, UnknownObject

LONGEST_RETRY_AFTER = 300.0  # seconds; a longer Retry-After is cut to this


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate every Stripe error that is raised in the block to the port's error."""
    try:
        yield
    except stripe.StripeError as error:
        raise translated(error) from error


def translated(error: stripe.StripeError) -> Exception:
    """The port's error for Stripe's error.

    `CallBusy`: a conflict, "too many requests", or an error that Stripe advises to retry; the key stays the same.
    `CallFailed`: an error that the key would get again; the next attempt needs a new key.
    """
    details: Any = error.error
    code = str(getattr(details, "decline_code", None) or error.code or "refused")
    status = error.http_status or 0
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    if isinstance(error, stripe.CardError):
        return CallRefused(code)
    if status == 409 or isinstance(error, stripe.RateLimitError):
        return CallBusy(f"the provider is busy with it ({status})", seconds=_retry_after(headers))
    if isinstance(error, stripe.IdempotencyError):
        return CallFailed("the key was used with another request")
    if isinstance(error, stripe.InvalidRequestError):
        return UnknownObject(code) if status == 404 else CallRefused(code)
    if status >= 500:
        if headers.get("stripe-should-retry") == "true" and headers.get("idempotent-replayed") != "true":
            return CallBusy(f"the provider asks for the same again ({status})", seconds=_retry_after(headers))
        return CallFailed(f"the provider answered {status}")
    return Unavailable(f"the provider does not answer us: {type(error).__name__}", seconds=_retry_after(headers))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds in the header `Retry-After`, or None where the header is missing or holds a date."""
    value = headers.get("retry-after", "")
    return min(float(value), LONGEST_RETRY_AFTER) if value.isascii() and value.isdigit() else None
