"""Stripe's errors, read: what may be called again as it is, what only under a new key, and how soon."""

from typing import Any

import pytest
import stripe

from chassis.jobs.backoff import LONGEST_DELAY
from chassis.refusal import Unavailable
from services.payments.cards import CallBusy, CallFailed, CallRefused, Unknown
from services.payments.handlers import patience
from services.payments.handlers.patience import ALTOGETHER, Patience
from services.payments.stripe_gateway.troubles import LONGEST_REST, translated

AGAIN, NOT_AGAIN = {"Stripe-Should-Retry": "true"}, {"Stripe-Should-Retry": "false"}


def error(kind: type[stripe.StripeError], status: int | None = None, **headers: str) -> stripe.StripeError:
    more: dict[str, Any] = {"param": None} if kind is stripe.InvalidRequestError else {}
    return kind("no", http_status=status, headers=headers, **more)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("trouble", "meaning"),
    [
        (error(stripe.APIError, 500), CallFailed),
        (error(stripe.APIError, 500, **NOT_AGAIN), CallFailed),
        (error(stripe.APIError, 503, **AGAIN), CallBusy),
        (error(stripe.APIError, 503, **AGAIN, **{"Idempotent-Replayed": "true"}), CallFailed),
        (error(stripe.RateLimitError, 429), CallBusy),
        (error(stripe.IdempotencyError, 409), CallBusy),
        (error(stripe.IdempotencyError, 400), CallFailed),
        (error(stripe.InvalidRequestError, 404), Unknown),
        (error(stripe.InvalidRequestError, 400), CallRefused),
        (error(stripe.APIConnectionError), Unavailable),
    ],
)
def test_what_an_error_means_for_the_call(trouble: stripe.StripeError, meaning: type[Exception]) -> None:
    assert type(translated(trouble)) is meaning


@pytest.mark.parametrize(
    ("asked", "rest"), [("7", 7.0), ("0", 0.0), ("9999", LONGEST_REST), ("Fri, 31 Dec", None), ("-1", None), ("", None)]
)
def test_the_rest_that_is_asked_for_is_given_within_bounds(asked: str, rest: float | None) -> None:
    busy = translated(error(stripe.RateLimitError, 429, **{"Retry-After": asked}))

    assert isinstance(busy, CallBusy)
    assert busy.seconds == rest


def test_a_request_waits_ever_longer_and_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", pauses.append)
    waiting, busy = Patience(), CallBusy("busy")

    def for_ever() -> None:
        while True:
            waiting.wait(busy)

    with pytest.raises(CallBusy):
        for_ever()

    assert pauses[0] <= 0.1
    assert max(pauses) <= 1.0
    assert sum(pauses) <= ALTOGETHER


def test_a_rest_that_is_too_long_for_a_request_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience.time, "sleep", lambda _: pytest.fail("it waited"))

    with pytest.raises(CallBusy):
        Patience().wait(CallBusy("busy", seconds=LONGEST_DELAY))
