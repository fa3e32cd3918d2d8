"""A refund that failed is tried again when staff say so: as another one, once, for what is still owed."""

import pytest
import stripe

from services.payments.store import SqlPayments
from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.breaking import Crash, DyingCards, moved
from tests.interface.payments.house import House

FAILS = {"card": "4000000000005126"}


def failed(house: House, fee: int = 0) -> str:
    """A cancelled booking whose refund the bank did not take."""
    booking_id = house.captured(**FAILS)
    house.cancel(booking_id, fee=fee)
    house.settle()
    house.stripe.advance(60)
    house.settle()
    assert house.events(booking_id)[-1] == "RefundFailed"
    return booking_id


def mend(house: House) -> None:
    """The card takes refunds from now on."""
    house.stripe.fault("refund", starts="succeeded", times=None)


def test_a_failed_refund_is_told_with_what_stands_refunded(house: House) -> None:
    booking_id = failed(house)

    assert house.event(booking_id, "RefundFailed")["refunded_total"]["amount"] == 0


@pytest.mark.parametrize("fee", [0, 4000])
def test_a_failed_refund_is_tried_again_as_another_one(house: House, fee: int) -> None:
    booking_id = failed(house, fee)
    mend(house)

    house.retry_refund(booking_id)
    house.settle()

    assert house.events(booking_id)[-1] == "PaymentRefunded"
    assert house.status(booking_id) == ("PARTIALLY_REFUNDED" if fee else "REFUNDED")
    assert house.journal(booking_id)[-1] == ("refund", 15000 - fee)
    assert house.ledger(booking_id) == house.journal(booking_id)
    assert house.calls(booking_id, "refund-%") == [(1, "DONE"), (1, "DONE")]


def test_without_anybodys_word_a_failed_refund_is_not_tried_again(house: House) -> None:
    """The negative control."""
    booking_id = failed(house)
    mend(house)

    house.cancel(booking_id)
    house.settle()

    assert moved(house, booking_id, "refund") == 1


def test_asked_for_twice_it_is_tried_again_once(house: House) -> None:
    booking_id = failed(house)
    mend(house)

    house.retry_refund(booking_id)
    house.retry_refund(booking_id)
    house.settle()
    house.retry_refund(booking_id)
    house.settle()

    assert moved(house, booking_id, "refund") == 2
    assert house.events(booking_id)[3:] == ["RefundFailed", "PaymentRefunded"]


def test_one_that_fails_again_waits_for_people_again(house: House) -> None:
    booking_id = failed(house)

    house.retry_refund(booking_id)
    house.settle()
    house.stripe.advance(60)
    house.settle()
    mend(house)
    house.retry_refund(booking_id)
    house.settle()

    assert house.events(booking_id).count("RefundFailed") == 2
    assert house.status(booking_id) == "REFUNDED"
    assert house.ledger(booking_id) == house.journal(booking_id)


def test_what_was_given_back_by_hand_meanwhile_is_not_given_back_twice(house: House) -> None:
    booking_id = failed(house)
    mend(house)
    house.stripe.drop_events(times=None)
    by_hand(house, booking_id)

    house.retry_refund(booking_id)
    house.settle()

    assert moved(house, booking_id, "refund") == 2
    assert house.status(booking_id) == "REFUNDED"


@pytest.mark.parametrize("dies", [{"before": "refund"}, {"after": "refund"}])
def test_a_crash_around_the_second_try_gives_back_once(house: House, cards: StripeCards, dies: dict[str, str]) -> None:
    booking_id = failed(house)
    mend(house)
    house.rewire(DyingCards(cards, **dies))
    house.retry_refund(booking_id)
    with pytest.raises(Crash):
        house.run()

    house.rewire(cards)
    house.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert moved(house, booking_id, "refund") == 2
    assert house.status(booking_id) == "REFUNDED"


def test_only_what_has_failed_can_be_marked_as_tried_again(house: House) -> None:
    booking_id = house.captured()
    house.cancel(booking_id)
    house.settle()

    with pytest.raises(Exception, match="refund_retried_has_failed"):
        house.sql("UPDATE refund SET retried = true")

    with house.unit_of_work.read() as work:
        payment = SqlPayments(work.connection).get(house.payment(booking_id)["id"])
    assert payment is not None
    assert [refund.waits_for_people for refund in payment.refunds] == [False]


def by_hand(house: House, booking_id: str) -> None:
    """Somebody gives the money back on the provider's own pages."""
    client = stripe.StripeClient("sk_test_house", base_addresses={"api": house.stripe.url}, max_network_retries=0)
    client.v1.refunds.create({"payment_intent": house.payment(booking_id)["intent_id"]})
