"""The requests to the provider: how many each operation sends, and that no answer is taken for a look that is older."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.payments.stripe_gateway.api import StripeApi
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.stripe_gateway.http import PooledHttpClient
from tests.interface.payments.conftest import KEY
from tests.interface.payments.failing_cards import Crash, CrashingCards
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import AMOUNT

SESSIONS, SESSION, INTENT = "/v1/checkout/sessions", "/v1/checkout/sessions/cs", "/v1/payment_intents/pi"
CREATE, SEE_SESSION, SEE_INTENT = f"POST {SESSIONS}", f"GET {SESSION}", f"GET {INTENT}"
EXPIRE, CAPTURE, VOID = f"POST {SESSION}/expire", f"POST {INTENT}/capture", f"POST {INTENT}/cancel"
REFUND = "POST /v1/refunds"


def requests(service: PaymentsUnderTest) -> list[str]:
    """The requests to the provider since the last call, with ids cut to their kind."""
    sent = [f"{each['method']} {each['path']}" for each in service.stripe.requests()]
    service.stripe.state.requests.clear()
    return [re.sub(r"/(cs|pi)_\w+", r"/\1", each) for each in sent]


def opened(service: PaymentsUnderTest) -> str:
    booking_id = service.book()
    service.open(booking_id)
    return booking_id


OPERATIONS: dict[str, tuple[Callable[[PaymentsUnderTest], str], Callable[[PaymentsUnderTest, str], Any], list[str]]] = {
    "session": (PaymentsUnderTest.book, PaymentsUnderTest.open, [CREATE]),
    "pay": (
        opened,
        lambda service, booking_id: service.stripe.pay(service.payment(booking_id)["session_id"]),
        [SEE_SESSION],
    ),
    "approve": (PaymentsUnderTest.authorised, PaymentsUnderTest.approve, [SEE_INTENT, CAPTURE, SEE_INTENT]),
    "cancel before capture": (PaymentsUnderTest.authorised, PaymentsUnderTest.cancel, [SEE_INTENT, VOID, SEE_INTENT]),
    "cancel with a fee before capture": (
        PaymentsUnderTest.authorised,
        lambda service, booking_id: service.cancel(booking_id, fee=8000),
        [SEE_INTENT, CAPTURE, SEE_INTENT],
    ),
    "refund": (
        PaymentsUnderTest.captured,
        lambda service, booking_id: service.cancel(booking_id, fee=8000),
        [SEE_INTENT, REFUND, SEE_INTENT, SEE_INTENT],
    ),
    "expire": (opened, lambda service, _: service.advance(16), [SEE_SESSION, EXPIRE, SEE_SESSION]),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_sends_no_more_requests_than_it_needs(service: PaymentsUnderTest, operation: str) -> None:
    begin, act, expected = OPERATIONS[operation]
    booking_id = begin(service)
    requests(service)

    act(service, booking_id)
    service.run_until_idle()

    assert requests(service) == expected


def crash_after(service: PaymentsUnderTest, action: str, act: Callable[[], Any]) -> None:
    """The process dies when the provider has answered the action, before the answer is stored."""
    service.restart(CrashingCards(service.cards, after=action))
    with pytest.raises(Crash):
        act()
    service.restart(service.cards)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")


def pays_meanwhile(service: PaymentsUnderTest) -> str:
    """A process dies when the session was created; the guest pays on it, and asks for the page again."""
    booking_id = service.book()
    crash_after(service, "session", lambda: service.open(booking_id))
    (session_id,) = service.stripe.state.store.sessions
    service.stripe.pay(session_id)
    return service.open(booking_id).status


def test_a_repeated_answer_is_not_the_look(service: PaymentsUnderTest) -> None:
    assert pays_meanwhile(service) == "paid"
    assert requests(service) == [CREATE, CREATE, SEE_SESSION]


def test_if_a_repeated_answer_were_the_look_a_paid_session_would_be_open(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    call = StripeApi.call
    monkeypatch.setattr(StripeApi, "call", lambda *args, **options: call(*args, **options)._replace(is_repeated=False))

    assert pays_meanwhile(service) == "created"


def test_a_capture_that_is_sent_again_is_looked_at(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.approve(booking_id)
    requests(service)
    crash_after(service, "capture", service.run_jobs)

    service.run_jobs()

    assert requests(service) == [SEE_INTENT, CAPTURE, SEE_INTENT]
    assert service.ledger(booking_id) == [("authorise", AMOUNT.amount), ("capture", AMOUNT.amount)]


def test_requests_share_a_kept_connection(service: PaymentsUnderTest) -> None:
    http = PooledHttpClient(service.stripe.url)
    cards = StripeCards(KEY, url=service.stripe.url, http=http)

    for _ in range(3):
        assert cards.find_session("pay_x", since=service.now()) is None

    assert (http.pool.num_requests, http.pool.num_connections) == (3, 1)
