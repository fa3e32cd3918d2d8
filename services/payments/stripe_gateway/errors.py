"""Translates Stripe's failures to the port's errors: one table for the calls, and one rule for the reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any

import stripe

from chassis.refusal import Unavailable
from services.payments.cards import CallBusy, CallFailed, CallRefused, UnknownObject

LONGEST_RETRY_AFTER = 300.0  # seconds; a longer Retry-After is cut to this


class Failure(Enum):
    """The ways in which a request to Stripe fails."""

    NO_ANSWER = auto()  # timeout, cut connection, or an answer that cannot be read
    NOT_ALLOWED = auto()  # 401 or 403: our key is refused
    BUSY = auto()  # 429, 409, or a 5xx that Stripe advises to send again
    FAILED = auto()  # any other 5xx, which Stripe stores for the idempotency key
    KEY_REUSED = auto()  # 400: the idempotency key was used with another request
    MISSING = auto()  # 404: Stripe does not have the object
    DECLINED = auto()  # 402: the card is declined
    REFUSED = auto()  # any other 4xx


# The error of a call, which changes an object. After `Unavailable` the call is sent again under its key; after
# `CallFailed` the object is read first, and the next call has a new key; `CallRefused` is final.
ON_CALL: Mapping[Failure, type[CallRefused | CallFailed | Unavailable]] = {
    Failure.NO_ANSWER: Unavailable,
    Failure.NOT_ALLOWED: Unavailable,
    Failure.BUSY: CallBusy,
    Failure.FAILED: CallFailed,
    Failure.KEY_REUSED: CallFailed,
    Failure.MISSING: UnknownObject,
    Failure.DECLINED: CallRefused,
    Failure.REFUSED: CallRefused,
}

# The error of a read, which changes nothing. A read that fails tells nothing about the object: the type admits only
# `Unavailable` and its subclasses. `UnknownObject` is an answer: Stripe does not have the object.
ON_READ: Mapping[Failure, type[Unavailable]] = {
    failure: UnknownObject if failure is Failure.MISSING else Unavailable for failure in Failure
}


@contextmanager
def translated_call() -> Iterator[None]:
    """Translate a Stripe error that is raised by the call in the block, as `ON_CALL` says."""
    try:
        yield
    except stripe.StripeError as error:
        raise call_error(error) from error


@contextmanager
def translated_read() -> Iterator[None]:
    """Translate a Stripe error that is raised by the reads in the block, as `ON_READ` says."""
    try:
        yield
    except stripe.StripeError as error:
        raise read_error(error) from error


def failure_of(error: stripe.StripeError) -> Failure:
    """The way in which the request failed."""
    status = error.http_status or 0
    if isinstance(error, stripe.CardError):
        return Failure.DECLINED
    if status == 409 or isinstance(error, stripe.RateLimitError):
        return Failure.BUSY
    if isinstance(error, stripe.IdempotencyError):
        return Failure.KEY_REUSED
    if isinstance(error, stripe.InvalidRequestError):
        return Failure.MISSING if status == 404 else Failure.REFUSED
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        return Failure.NOT_ALLOWED
    if status >= 500:
        headers = _headers(error)
        sent_again = headers.get("stripe-should-retry") == "true" and headers.get("idempotent-replayed") != "true"
        return Failure.BUSY if sent_again else Failure.FAILED
    return Failure.NO_ANSWER


def call_error(error: stripe.StripeError) -> CallRefused | CallFailed | Unavailable:
    """The port's error for a failed call."""
    failure = failure_of(error)
    kind = ON_CALL[failure]
    if issubclass(kind, CallRefused):
        return kind(_code(error))
    if issubclass(kind, Unavailable):
        return kind(_words(failure, error), seconds=_retry_after(error))
    return kind(_words(failure, error))


def read_error(error: stripe.StripeError) -> Unavailable:
    """The port's error for a failed read."""
    failure = failure_of(error)
    return ON_READ[failure](_words(failure, error), seconds=_retry_after(error))


def _code(error: stripe.StripeError) -> str:
    return str(getattr(error.error, "decline_code", None) or error.code or "refused")


def _words(failure: Failure, error: stripe.StripeError) -> str:
    if failure is Failure.MISSING:
        return _code(error)
    answer = f"answered {error.http_status}" if error.http_status else "does not answer"
    return f"the provider {answer}: {failure.name.lower()}"


def _headers(error: stripe.StripeError) -> Mapping[str, Any]:
    return {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}


def _retry_after(error: stripe.StripeError) -> float | None:
    """The seconds in the header `Retry-After`, or None where the header is missing or holds a date."""
    value = _headers(error).get("retry-after", "")
    return min(float(value), LONGEST_RETRY_AFTER) if value.isascii() and value.isdigit() else None
