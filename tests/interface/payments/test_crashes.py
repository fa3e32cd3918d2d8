"""The process dies between any two steps: asking again, or the job, goes on from there, and money moves once."""

import pytest

from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.breaking import Crash, DyingCards, moved, sessions_at
from tests.interface.payments.house import House


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


def test_a_refund_is_recognised_by_our_name_when_the_key_is_forgotten(house: House, cards: StripeCards) -> None:
    booking_id = house.captured()
    house.rewire(DyingCards(cards, after="refund"))
    house.cancel(booking_id)
    with pytest.raises(Crash):
        house.run()

    house.rewire(cards)
    house.stripe.advance(2 * 24 * 3600)
    house.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    house.settle()

    assert moved(house, booking_id, "refund") == 1
    assert house.status(booking_id) == "REFUNDED"
