"""The translation of Stripe's errors, and the backoff of one request."""

from typing import Any

import pytest
import stripe

from chassis.jobs.backoff import LONGEST_DELAY
from chassis.refusal import Unavailable
from services.payments.cards import CallBusy, CallFailed, CallRefused, UnknownObject
from services.payments.steps import backoff
from services.payments.steps.backoff import TOTAL, RequestBackoff
from services.payments.stripe_gateway.errors import LONGEST_RETRY_AFTER, call_error

AGAIN, NOT_AGAIN = {"Stripe-Should-Retry": "true"}, {"Stripe-Should-Retry": "false"}


def error(kind: type[stripe.StripeError], status: int | None = None, **headers: str) -> stripe.StripeError:
    more: dict[str, Any] = {"param": None} if kind is stripe.InvalidRequestError else {}
    return kind("no", http_status=status, headers=headers, **more)


@pytest.mark.parametrize(
    ("stripe_error", "port_error"),
    [
        (error(stripe.APIError, 500), CallFailed),
        (error(stripe.APIError, 500, **NOT_AGAIN), CallFailed),
        (error(stripe.APIError, 503, **AGAIN), CallBusy),
        (error(stripe.APIError, 503, **AGAIN, **{"Idempotent-Replayed": "true"}), CallFailed),
        (error(stripe.RateLimitError, 429), CallBusy),
        (error(stripe.IdempotencyError, 409), CallBusy),
        (error(stripe.IdempotencyError, 400), CallFailed),
        (error(stripe.InvalidRequestError, 404), UnknownObject),
        (error(stripe.InvalidRequestError, 400), CallRefused),
        (error(stripe.APIConnectionError), Unavailable),
    ],
)
def test_each_stripe_error_of_a_call_is_translated_to_an_error_of_the_port(
    stripe_error: stripe.StripeError, port_error: type[Exception]
) -> None:
    assert type(call_error(stripe_error)) is port_error


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0", 0.0), ("9999", LONGEST_RETRY_AFTER), ("Fri, 31 Dec", None), ("-1", None), ("", None)],
)
def test_retry_after_is_read_in_seconds_and_bounded(header: str, seconds: float | None) -> None:
    busy = call_error(error(stripe.RateLimitError, 429, **{"Retry-After": header}))

    assert isinstance(busy, CallBusy)
    assert busy.seconds == seconds


def test_the_backoff_of_a_request_grows_and_is_bounded_in_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(backoff, "sleep", pauses.append)
    request_backoff, busy = RequestBackoff(), CallBusy("busy")

    def wait_for_ever() -> None:
        while True:
            request_backoff.wait(busy)

    with pytest.raises(CallBusy):
        wait_for_ever()

    assert pauses[0] <= 0.1
    assert max(pauses) <= 1.0
    assert sum(pauses) <= TOTAL


def test_a_retry_after_that_exceeds_the_bound_is_raised_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "sleep", lambda _: pytest.fail("it waited"))

    with pytest.raises(CallBusy):
        RequestBackoff().wait(CallBusy("busy", seconds=LONGEST_DELAY))
