"""The provider fails or does not answer: money moves once all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.refusal import Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from services.payments.cards import Cards
from services.payments.steps import backoff, sync
from services.payments.steps.convergence import converge
from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.failing_cards import CrashingCards, count_movements, provider_sessions
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import eur

CAPTURE, SESSIONS, REFUNDS = "/capture$", "/checkout/sessions$", "/refunds$"

FAILURES = [
    pytest.param({"kind": "fail_before", "status": 503}, id="fails before the work"),
    pytest.param({"kind": "fail_after"}, id="fails after the work"),
    pytest.param({"kind": "fail_before", "drop": True}, id="cut before the work"),
    pytest.param({"kind": "fail_after", "drop": True}, id="cut after the work"),
    pytest.param({"kind": "fail_before", "status": 429, "store": "nothing"}, id="too many requests"),
    pytest.param({"kind": "fail_before", "status": 409, "store": "nothing"}, id="locked"),
    pytest.param({"kind": "fail_before", "status": 500, "times": 3}, id="fails three times"),
]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request repeats its calls for 0.3 seconds."""
    monkeypatch.setattr(backoff, "TOTAL", 0.3)


@pytest.mark.parametrize("failure", FAILURES)
def test_repeated_requests_after_a_failure_get_one_session(service: PaymentsUnderTest, failure: dict[str, Any]) -> None:
    booking_id = service.book()
    service.stripe.fault(path=SESSIONS, method="POST", **failure)

    opened = retry_until_answered(lambda: service.open(booking_id))
    again = service.open(booking_id)

    assert again.session_id == opened.session_id
    assert again.status == "existing"
    assert service.events(booking_id) == ["PaymentSessionOpened"]
    assert len(provider_sessions(service)) == 1


def test_a_failure_stored_for_a_key_is_escaped_only_by_a_new_key(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    """The negative control: under the old key the provider repeats its stored failure for ever."""
    booking_id = service.authorised()
    service.stripe.fault("fail_before", path=CAPTURE)
    service.approve(booking_id)
    service.run_jobs(skip_delays=False)
    ((attempt, state),) = service.calls(booking_id, "capture")
    stored = service.sql("SELECT request, payment_id FROM provider_action WHERE action = 'capture'")[0]

    with pytest.raises(Exception, match="500"):
        cards.perform(stored["request"], key=f"{stored['payment_id']}:capture:1")
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()

    assert (attempt, state) == (1, "FAILED")
    assert service.calls(booking_id, "capture") == [(1, "FAILED"), (2, "DONE")]
    assert count_movements(service, booking_id, "capture") == 1


def test_an_unanswered_call_is_repeated_byte_for_byte_under_its_key(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.stripe.fault("fail_after", path=REFUNDS, method="POST", drop=True)

    service.cancel(booking_id)
    service.run_until_idle()

    refund_requests = [request for request in service.stripe.requests() if request["path"].endswith("/refunds")]
    posts = [request for request in refund_requests if request["method"] == "POST"]
    assert len({(request["idempotency_key"], str(request["params"])) for request in posts}) == 1
    assert count_movements(service, booking_id, "refund") == 1


def test_a_provider_that_is_down_leaves_the_booking_approved_until_it_is_back(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.stripe.fault("fail_before", path="/v1/", drop=True, times=None)

    service.approve(booking_id)
    service.run_jobs(rounds=8)
    while_down = service.status(booking_id)
    service.stripe.lift_faults()
    service.run_until_idle()

    assert while_down == "AUTHORIZED"
    assert service.status(booking_id) == "CAPTURED"
    assert count_movements(service, booking_id, "capture") == 1


def test_a_request_fails_while_the_provider_is_down_and_succeeds_after(
    service: PaymentsUnderTest, impatient: None
) -> None:
    booking_id = service.book()
    service.stripe.fault("fail_before", path=SESSIONS, drop=True, times=None)

    with pytest.raises(Unavailable):
        service.open(booking_id)
    service.stripe.lift_faults()
    opened = service.open(booking_id)

    assert opened.status == "created"


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_session_opens_although_its_connection_was_cut_once(service: PaymentsUnderTest, fault: str) -> None:
    """A provider closes idle connections, and may close one just when a call is sent."""
    booking_id = service.book()
    service.stripe.fault(fault, path=SESSIONS, method="POST", drop=True)

    opened = service.open(booking_id)

    assert opened.status == "created"
    assert [session["id"] for session in provider_sessions(service)] == [opened.session_id]


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_session_opens_minutes_after_its_call_went_unanswered(
    service: PaymentsUnderTest, fault: str, impatient: None
) -> None:
    """The stored call has an expiry that the provider would refuse by now."""
    booking_id = service.book()
    service.stripe.fault(fault, path=SESSIONS, method="POST", drop=True, times=None)
    with pytest.raises(Unavailable):
        service.open(booking_id)
    service.stripe.lift_faults()
    service.stripe.advance(300)
    service.advance(5)

    opened = service.open(booking_id)

    assert opened.status == "created"
    assert [session["id"] for session in provider_sessions(service)] == [opened.session_id]


def test_a_session_is_searched_for_before_a_call_with_an_expired_key_is_repeated(
    service: PaymentsUnderTest, impatient: None
) -> None:
    booking_id = service.book(minutes=26 * 60)
    service.stripe.fault("fail_after", path=SESSIONS, method="POST", drop=True, times=None)
    with pytest.raises(Unavailable):
        service.open(booking_id)
    service.stripe.lift_faults()
    service.stripe.advance(25 * 3600)
    service.advance(25 * 60)

    opened = service.open(booking_id)

    closed, current = provider_sessions(service)
    assert (closed["status"], current["status"], current["id"]) == ("expired", "open", opened.session_id)


def test_an_open_session_is_returned_even_while_the_provider_is_down(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    opened = service.open(booking_id)
    service.stripe.fault("fail_before", path="/v1/", drop=True, times=None)

    again = service.open(booking_id)

    assert (again.status, again.payment_url) == ("existing", opened.payment_url)


class ConcurrentlyChangedCards(CrashingCards):
    """Runs `meanwhile` once, after an intent and its refunds were read and before they are returned."""

    def __init__(self, cards: Cards, meanwhile: Callable[[], None]) -> None:
        super().__init__(cards)
        self._meanwhile: Callable[[], None] | None = meanwhile

    def intent(self, intent_id: str) -> Any:
        intent = self._cards.intent(intent_id)
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return intent


def refund_with_a_stale_snapshot(service: PaymentsUnderTest, cards: StripeCards, run: Callable[[], None]) -> str:
    """Two processes converge the same payment; the second refunds while the first still holds its snapshot."""
    booking_id = service.captured()
    service.cancel(booking_id, fee=8000)
    service.stripe.fault("fail_after", path=REFUNDS, method="POST")
    key = service.key(booking_id)

    def second() -> None:
        with pytest.raises(RetryLater):
            converge(key, Conversation(service.unit_of_work, service._ask), why="the second")

    service.restart(ConcurrentlyChangedCards(cards, second))
    run()
    return booking_id


def test_a_stale_snapshot_is_thrown_away(service: PaymentsUnderTest, cards: StripeCards) -> None:
    booking_id = refund_with_a_stale_snapshot(service, cards, service.run_until_idle)

    assert service.journal(booking_id)[2:] == [("refund", 7000)]
    assert service.status(booking_id) == "PARTIALLY_REFUNDED"


def test_a_decision_on_a_stale_snapshot_would_refund_twice(
    service: PaymentsUnderTest, cards: StripeCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control, with a refund of less than half: a larger one would never converge."""
    monkeypatch.setattr(sync, "_is_stale", lambda *_: False)

    booking_id = refund_with_a_stale_snapshot(service, cards, lambda: service.run_jobs(rounds=1))

    assert service.journal(booking_id)[2:] == [("refund", 7000), ("refund", 7000)]


def test_a_refund_that_the_provider_refuses_is_published_as_failed(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    charge = service.stripe.journal(service.payment(booking_id)["intent_id"])[0]["charge"]
    service.stripe.dispute(charge)

    service.cancel(booking_id)
    service.run_until_idle()

    assert service.event(booking_id, "RefundFailed")["reason_code"] == "charge_disputed"
    assert count_movements(service, booking_id, "refund") == 0


def test_a_payment_that_the_provider_refuses_is_refused(service: PaymentsUnderTest) -> None:
    booking_id = service.book(eur(1))

    with pytest.raises(Refusal) as refused:
        service.open(booking_id)

    assert refused.value.code == "PAYMENT_REFUSED"


def retry_until_answered(ask: Callable[[], Any]) -> Any:
    for _ in range(8):
        try:
            return ask()
        except Unavailable:
            continue
    raise AssertionError("no request was answered")
