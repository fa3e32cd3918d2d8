"""The provider fails or answers nothing, the process dies between any two steps: money moves once all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.refusal import Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from services.payments.cards import Cards
from services.payments.handlers import looking
from services.payments.handlers.pursuing import see_through
from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.breaking import DyingCards, moved, sessions_at
from tests.interface.payments.house import House, eur

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
    house.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
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


@pytest.mark.parametrize("done", ["fail_before", "fail_after"])
def test_a_page_asked_for_minutes_after_its_order_went_unanswered_is_there(house: House, done: str) -> None:
    """The order that was kept names an hour for the page to close that the provider would now refuse."""
    booking_id = house.book()
    house.stripe.fault(done, path=SESSIONS, method="POST", drop=True)
    with pytest.raises(Unavailable):
        house.open(booking_id)
    house.stripe.advance(300)
    house.advance(5)

    opened = house.open(booking_id)

    assert opened.status == "created"
    assert [session["id"] for session in sessions_at(house)] == [opened.session_id]


def test_an_order_whose_key_is_forgotten_is_searched_for_before_it_is_made_anew(house: House) -> None:
    booking_id = house.book(minutes=26 * 60)
    house.stripe.fault("fail_after", path=SESSIONS, method="POST", drop=True)
    with pytest.raises(Unavailable):
        house.open(booking_id)
    house.stripe.advance(25 * 3600)
    house.advance(25 * 60)

    opened = house.open(booking_id)

    closed, page = sessions_at(house)
    assert (closed["status"], page["status"], page["id"]) == ("expired", "open", opened.session_id)


def test_an_open_page_is_shown_even_while_the_provider_is_down(house: House) -> None:
    booking_id = house.book()
    opened = house.open(booking_id)
    house.stripe.fault("fail_before", path="/v1/", drop=True, times=None)

    again = house.open(booking_id)

    assert (again.status, again.payment_url) == ("existing", opened.payment_url)


class OvertakenCards(DyingCards):
    """Cards whose first look at refunds takes so long that another one of us does something meanwhile."""

    def __init__(self, cards: Cards, meanwhile: Callable[[], None]) -> None:
        super().__init__(cards)
        self._meanwhile: Callable[[], None] | None = meanwhile

    def refunds(self, intent_id: str) -> Any:
        seen = self._cards.refunds(intent_id)
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return seen


def overtaken(house: House, cards: StripeCards, settle: Callable[[], None]) -> str:
    """Two see to the same refund. The second's call fails after its work, while the first still thinks of its look."""
    booking_id = house.captured()
    house.cancel(booking_id, fee=8000)
    house.stripe.fault("fail_after", path=REFUNDS, method="POST")
    payment_id = house.payment(booking_id)["id"]

    def second() -> None:
        with pytest.raises(RetryLater):
            see_through(payment_id, Conversation(house.unit_of_work, house._ask), why="the second")

    house.rewire(OvertakenCards(cards, second))
    settle()
    return booking_id


def test_a_look_that_was_overtaken_decides_nothing(house: House, cards: StripeCards) -> None:
    booking_id = overtaken(house, cards, house.settle)

    assert house.journal(booking_id)[2:] == [("refund", 7000)]
    assert house.status(booking_id) == "PARTIALLY_REFUNDED"


def test_deciding_on_an_overtaken_look_would_refund_twice(
    house: House, cards: StripeCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control; with more given back than is left to give, it would never come to rest."""
    monkeypatch.setattr(looking, "_overtaken", lambda *_: False)
    kept = looking._kept
    monkeypatch.setattr(
        looking,
        "_kept",
        lambda payment_id, want, _, work: kept(payment_id, want, work.actions.latest(payment_id), work),
    )

    booking_id = overtaken(house, cards, lambda: house.run(rounds=1))

    assert house.journal(booking_id)[2:] == [("refund", 7000), ("refund", 7000)]


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
