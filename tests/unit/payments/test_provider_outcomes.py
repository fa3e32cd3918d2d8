"""Every read and every call at Stripe, with its outcome for every way in which a request fails.

The library and its HTTP client are real; the pool of connections has one canned answer, or fails as the network does.
"""

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import urllib3
from urllib3.exceptions import ConnectTimeoutError, ProtocolError, ReadTimeoutError

from chassis.refusal import Unavailable
from contracts.payments.reconciliation import ReconciliationPart
from contracts.values import Money
from services.payments.cards import (
    CallAnswer,
    CallBusy,
    CallFailed,
    CallRefused,
    Cards,
    CheckoutOrder,
    UnknownObject,
)
from services.payments.domain.next_action import Capture, Expire, IssueRefund, Void
from services.payments.domain.payment import Refund
from services.payments.domain.return_pages import ReturnPages
from services.payments.stripe_gateway.calls import CALLS
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.stripe_gateway.errors import ON_CALL, ON_READ, Failure
from services.payments.stripe_gateway.http import PooledHttpClient
from tests.unit.payments.builders import payment

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DONE = "done"
POOL = urllib3.HTTPConnectionPool("stripe.invalid")


class Answer(NamedTuple):
    """An answer of Stripe: status, error type, code, and headers."""

    status: int
    type: str = "invalid_request_error"
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


AGAIN = (("Stripe-Should-Retry", "true"), ("Retry-After", "7"))

# The rows: how a request fails, and the outcome of a read and of a call.
FAILURES: dict[str, tuple[Answer | Exception, type[Exception], type[Exception]]] = {
    "no connection": (ConnectTimeoutError(), Unavailable, Unavailable),
    "timeout": (ReadTimeoutError(POOL, "/", "too slow"), Unavailable, Unavailable),
    "cut connection": (ProtocolError("cut"), Unavailable, Unavailable),
    "an answer that cannot be read": (Answer(200, "not json"), Unavailable, Unavailable),
    "401": (Answer(401), Unavailable, Unavailable),
    "403": (Answer(403), Unavailable, Unavailable),
    "409": (Answer(409, code="lock_timeout"), Unavailable, CallBusy),
    "429": (Answer(429, code="rate_limit", headers=AGAIN), Unavailable, CallBusy),
    "429 for a lock": (Answer(429, code="lock_timeout"), Unavailable, CallBusy),
    "500": (Answer(500, "api_error"), Unavailable, CallFailed),
    "502": (Answer(502, "api_error"), Unavailable, CallFailed),
    "503 with advice to retry": (Answer(503, "api_error", headers=AGAIN), Unavailable, CallBusy),
    "400": (Answer(400, code="parameter_invalid_integer"), Unavailable, CallRefused),
    "400 of an unexpected state": (Answer(400, code="payment_intent_unexpected_state"), Unavailable, CallRefused),
    "400 of a reused key": (Answer(400, "idempotency_error"), Unavailable, CallFailed),
    "402": (Answer(402, "card_error", "card_declined"), Unavailable, CallRefused),
    "404": (Answer(404, code="resource_missing"), UnknownObject, UnknownObject),
}

READS: dict[str, Callable[[Cards], Any]] = {
    "session": lambda cards: cards.session("cs_1"),
    "find_session": lambda cards: cards.find_session("pay_1", since=NOW),
    "session_of_intent": lambda cards: cards.session_of_intent("pi_1"),
    "intent": lambda cards: cards.intent("pi_1"),
    "disputes": lambda cards: cards.disputes("pi_1"),
    "list_objects sessions": lambda cards: cards.list_objects(ReconciliationPart.SESSIONS, since=NOW, after=None),
    "list_objects intents": lambda cards: cards.list_objects(ReconciliationPart.INTENTS, since=NOW, after=None),
    "list_objects refunds": lambda cards: cards.list_objects(ReconciliationPart.REFUNDS, since=NOW, after=None),
    "list_objects disputes": lambda cards: cards.list_objects(ReconciliationPart.DISPUTES, since=NOW, after=None),
}

ORDER = CheckoutOrder(
    payment=payment(),
    hotel_name="Hotel",
    description="",
    guest_email="",
    pages=ReturnPages(success="https://hotel.example/", cancel="https://hotel.example/"),
    expires_at=NOW,
)
REQUESTS: dict[str, Callable[[Cards], str]] = {
    "order": lambda cards: cards.checkout_request(ORDER),
    "expire": lambda cards: cards.action_request(Expire(session_id="cs_1")),
    "capture": lambda cards: cards.action_request(Capture(intent_id="pi_1", amount=1)),
    "void": lambda cards: cards.action_request(Void(intent_id="pi_1")),
    "refund": lambda cards: cards.action_request(
        IssueRefund(intent_id="pi_1", refund=Refund(id="r_1", amount=Money(1, "EUR")))
    ),
}

# The outcomes of a call that are not the row's.
EXCEPTIONS: dict[tuple[str, str], str] = {("expire", "404"): DONE}

# Methods of the port that send nothing, and the one that sends the calls.
NOT_READS = {"checkout_request", "action_request", "parse_webhook", "perform"}


class CannedPool:
    """Connections on which every request fails in the same way."""

    def __init__(self, failure: Answer | Exception) -> None:
        self._failure = failure

    def urlopen(self, *_: Any, **__: Any) -> urllib3.HTTPResponse:
        if isinstance(self._failure, Exception):
            raise self._failure
        status, kind, code, headers = self._failure
        body = json.dumps({"error": {"type": kind, "code": code, "message": "no"}})
        return urllib3.HTTPResponse(b"<html>" if kind == "not json" else body.encode(), dict(headers), status)


def failing_cards(failure: Answer | Exception) -> StripeCards:
    http = PooledHttpClient("https://stripe.invalid")
    pool: Any = CannedPool(failure)
    http.pool = pool
    return StripeCards("sk_test_x", http=http)


def outcome(ask: Callable[[Cards], Any], cards: Cards) -> Any:
    try:
        return ask(cards)
    except Exception as problem:
        return type(problem)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_read_that_fails_is_unknown(failure: str, read: str) -> None:
    way, expected, _ = FAILURES[failure]

    assert outcome(READS[read], failing_cards(way)) is expected


@pytest.mark.parametrize("call", REQUESTS)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_call_that_fails_is_repeated_renewed_or_refused(failure: str, call: str) -> None:
    way, _, expected = FAILURES[failure]

    result = outcome(lambda cards: cards.perform(REQUESTS[call](cards), key="k"), failing_cards(way))

    if EXCEPTIONS.get((call, failure)) == DONE:
        assert result == CallAnswer(object_id="cs_1")
    else:
        assert result is expected


def test_the_table_has_every_read_and_every_call() -> None:
    methods = {name for name, _ in inspect.getmembers(Cards, inspect.isfunction) if not name.startswith("_")}

    assert {read.split()[0] for read in READS} == methods - NOT_READS
    assert set(REQUESTS) == set(CALLS)


def test_every_failure_has_an_outcome_and_no_read_ends_in_an_error_of_a_call() -> None:
    assert set(ON_CALL) == set(ON_READ) == set(Failure)
    assert {kind for _, kind, _ in FAILURES.values()} == set(ON_READ.values())
    assert {kind for _, _, kind in FAILURES.values()} == set(ON_CALL.values())
    assert all(issubclass(kind, Unavailable) for kind in ON_READ.values())
    assert not any(issubclass(kind, (CallRefused, CallFailed, CallBusy)) for kind in ON_READ.values())


@pytest.mark.parametrize("ask", [READS["intent"], lambda cards: cards.perform(REQUESTS["void"](cards), key="k")])
def test_the_pause_that_stripe_asks_for_is_passed_on(ask: Callable[[Cards], Any]) -> None:
    with pytest.raises(Unavailable) as busy:
        ask(failing_cards(FAILURES["429"][0]))

    assert busy.value.seconds == 7.0
