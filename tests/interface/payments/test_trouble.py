"""The provider fails or answers nothing, the process dies between any two steps: money moves once all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from services.payments.cards import Cards
from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.house import House, eur

CAPTURE, SESSIONS, EXPIRE, CANCEL, REFUNDS = "/capture$", "/checkout/sessions$", "/expire$", "/cancel$", "/refunds$"

FAILURES = [
    pytest.param({"kind": "fail_before", "status": 503}, id="fails before the work"),
    pytest.param({"kind": "fail_after"}, id="fails after the work"),
    pytest.param({"kind": "fail_before", "drop": True}, id="cut before the work"),
    pytest.param({"kind": "fail_after", "drop": True}, id="cut after the work"),
    pytest.param({"kind": "fail_before", "status": 429, "store": "nothing"}, id="too many requests"),
    pytest.param({"kind": "fail_before", "status": 409, "store": "nothing"}, id="locked"),
    pytest.param({"kind": "fail_before", "status": 500, "times": 3}, id="fails three times"),
]


class Crash(BaseException):
    """The process is gone."""


class DyingCards:
    """Cards whose process dies around a call: before it is sent, or after it was answered."""

    def __init__(self, cards: Cards, *, before: str = "", after: str = "") -> None:
        self._cards = cards
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def perform(self, request: str, *, key: str) -> str:
        if self._before and f":{self._before}" in key:
            raise Crash
        done = self._cards.perform(request, key=key)
        if self._after and f":{self._after}" in key:
            raise Crash
        return done


def moved(house: House, booking_id: str, movement: str) -> int:
    return sum(kind == movement for kind, _ in house.journal(booking_id))


@pytest.mark.parametrize("failure", FAILURES)
def test_a_capture_happens_exactly_once(house: House, failure: dict[str, Any]) -> None:
    booking_id = house.authorised()
    house.stripe.fault(path=CAPTURE, **failure)

    house.approve(booking_id)
    house.settle()

    assert house.status(booking_id) == "CAPTURED"
    assert moved(house, booking_id, "capture") == 1
    assert house.ledger(booking_id) == house.journal(booking_id)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_refund_happens_exactly_once(house: House, failure: dict[str, Any]) -> None:
    booking_id = house.captured()
    house.stripe.fault(path=REFUNDS, method="POST", **failure)

    house.cancel(booking_id, fee=5000)
    house.settle()

    assert moved(house, booking_id, "refund") == 1
    assert house.status(booking_id) == "PARTIALLY_REFUNDED"
    assert house.ledger(booking_id) == house.journal(booking_id)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_void_happens_exactly_once(house: House, failure: dict[str, Any]) -> None:
    booking_id = house.authorised()
    house.stripe.fault(path=CANCEL, **failure)

    house.decline(booking_id)
    house.settle()

    assert house.status(booking_id) == "VOIDED"
    assert moved(house, booking_id, "void") == 1


@pytest.mark.parametrize("failure", FAILURES)
def test_asking_again_after_a_failure_gives_one_page(house: House, failure: dict[str, Any]) -> None:
    booking_id = house.book()
    house.stripe.fault(path=SESSIONS, method="POST", **failure)

    opened = until_it_answers(lambda: house.open(booking_id))
    again = house.open(booking_id)

    assert again.session_id == opened.session_id
    assert again.status == "existing"
    assert house.events(booking_id) == ["PaymentSessionOpened"]
    assert len(sessions_at(house)) == 1


def test_a_stored_failure_is_escaped_only_by_a_new_key(house: House, cards: StripeCards) -> None:
    """The negative control: under the old key the provider repeats its stored failure for ever."""
    booking_id = house.authorised()
    house.stripe.fault("fail_before", path=CAPTURE)
    house.approve(booking_id)
    house.run(patient=False)
    ((attempt, state),) = house.calls(booking_id, "capture")
    kept = house.sql("SELECT request, payment_id FROM provider_action WHERE action = 'capture'")[0]

    with pytest.raises(Exception, match="500"):
        cards.perform(kept["request"], key=f"{kept['payment_id']}:capture:1")
    house.sql("UPDATE errand SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert (attempt, state) == (1, "FAILED")
    assert house.calls(booking_id, "capture") == [(1, "FAILED"), (2, "DONE")]
    assert moved(house, booking_id, "capture") == 1


def test_an_unanswered_call_is_repeated_byte_for_byte_under_its_key(house: House) -> None:
    booking_id = house.captured()
    house.stripe.fault("fail_after", path=REFUNDS, method="POST", drop=True)

    house.cancel(booking_id)
    house.settle()

    asked = [request for request in house.stripe.requests() if request["path"].endswith("/refunds")]
    posts = [request for request in asked if request["method"] == "POST"]
    assert len({(request["idempotency_key"], str(request["params"])) for request in posts}) == 1
    assert moved(house, booking_id, "refund") == 1


def test_a_provider_that_is_down_leaves_the_booking_approved_until_it_is_back(house: House) -> None:
    booking_id = house.authorised()
    house.stripe.fault("fail_before", path="/v1/", drop=True, times=None)

    house.approve(booking_id)
    house.run(rounds=8)
    while_down = house.status(booking_id)
    house.stripe.lift_faults()
    house.settle()

    assert while_down == "AUTHORIZED"
    assert house.status(booking_id) == "CAPTURED"
    assert moved(house, booking_id, "capture") == 1


def test_a_page_cannot_be_had_while_the_provider_is_down(house: House) -> None:
    booking_id = house.book()
    house.stripe.fault("fail_before", path=SESSIONS, drop=True)

    with pytest.raises(Unavailable):
        house.open(booking_id)
    opened = house.open(booking_id)

    assert opened.status == "created"


def test_an_open_page_is_shown_even_while_the_provider_is_down(house: House) -> None:
    booking_id = house.book()
    opened = house.open(booking_id)
    house.stripe.fault("fail_before", path="/v1/", drop=True, times=None)

    again = house.open(booking_id)

    assert (again.status, again.payment_url) == ("existing", opened.payment_url)


@pytest.mark.parametrize("dies", [{"before": "session"}, {"after": "session"}])
def test_asking_again_after_a_crash_goes_on_with_the_same_request(
    house: House, cards: StripeCards, dies: dict[str, str]
) -> None:
    booking_id = house.book()
    house.rewire(DyingCards(cards, **dies))
    with pytest.raises(Crash):
        house.open(booking_id)
    kept = house.sql("SELECT request FROM provider_action")

    house.rewire(cards)
    opened = house.open(booking_id)

    assert opened.status == "created"
    assert house.sql("SELECT request FROM provider_action") == kept
    assert len(sessions_at(house)) == 1
    assert house.events(booking_id) == ["PaymentSessionOpened"]


def test_a_page_opened_just_before_a_crash_is_found_and_closed_with_the_hold(house: House, cards: StripeCards) -> None:
    booking_id = house.book()
    house.rewire(DyingCards(cards, after="session"))
    with pytest.raises(Crash):
        house.open(booking_id)
    house.rewire(cards)

    house.advance(16)
    house.settle()

    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentSessionExpired"]
    assert [session["status"] for session in sessions_at(house)] == ["expired"]


def test_a_page_never_opened_before_a_crash_is_forgotten_with_the_hold(house: House, cards: StripeCards) -> None:
    booking_id = house.book()
    house.rewire(DyingCards(cards, before="session"))
    with pytest.raises(Crash):
        house.open(booking_id)
    house.rewire(cards)

    house.advance(16)
    house.settle()

    assert (house.status(booking_id), house.events(booking_id)) == ("FAILED", [])


@pytest.mark.parametrize("dies", [{"before": "capture"}, {"after": "capture"}])
def test_a_crash_around_the_capture_captures_once(house: House, cards: StripeCards, dies: dict[str, str]) -> None:
    booking_id = house.authorised()
    house.rewire(DyingCards(cards, **dies))
    house.approve(booking_id)
    with pytest.raises(Crash):
        house.run()

    house.rewire(cards)
    house.sql("UPDATE errand SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert house.events(booking_id)[2:] == ["PaymentCaptured"]
    assert moved(house, booking_id, "capture") == 1


@pytest.mark.parametrize("dies", [{"before": "refund"}, {"after": "refund"}])
def test_a_crash_around_the_refund_refunds_once(house: House, cards: StripeCards, dies: dict[str, str]) -> None:
    booking_id = house.captured()
    house.rewire(DyingCards(cards, **dies))
    house.cancel(booking_id, fee=1000)
    with pytest.raises(Crash):
        house.run()

    house.rewire(cards)
    house.sql("UPDATE errand SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert house.events(booking_id)[3:] == ["PaymentRefunded"]
    assert moved(house, booking_id, "refund") == 1


def test_a_refund_is_recognised_by_our_name_when_the_key_is_forgotten(house: House, cards: StripeCards) -> None:
    booking_id = house.captured()
    house.rewire(DyingCards(cards, after="refund"))
    house.cancel(booking_id)
    with pytest.raises(Crash):
        house.run()

    house.rewire(cards)
    house.stripe.advance(2 * 24 * 3600)
    house.sql("UPDATE errand SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert moved(house, booking_id, "refund") == 1
    assert house.status(booking_id) == "REFUNDED"


def test_a_refund_that_the_provider_refuses_is_told(house: House) -> None:
    booking_id = house.captured()
    charge = house.stripe.journal(house.payment(booking_id)["intent_id"])[0]["charge"]
    house.stripe.dispute(charge)

    house.cancel(booking_id)
    house.settle()

    assert house.event(booking_id, "RefundFailed")["reason_code"] == "charge_disputed"
    assert moved(house, booking_id, "refund") == 0


def test_a_payment_that_the_provider_will_not_take_is_refused(house: House) -> None:
    booking_id = house.book(eur(1))

    with pytest.raises(Refusal) as refused:
        house.open(booking_id)

    assert refused.value.code == "PAYMENT_REFUSED"


def until_it_answers(ask: Callable[[], Any]) -> Any:
    for _ in range(8):
        try:
            return ask()
        except Unavailable:
            continue
    raise AssertionError("it never answers")


def sessions_at(house: House) -> list[dict[str, Any]]:
    return list(house.stripe.desk.world.sessions.values())
