"""The process crashes between two steps: a repeated request or the job continues, and money moves once."""

import pytest

from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.failing_cards import Crash, CrashingCards, count_movements, provider_sessions
from tests.interface.payments.payments_under_test import PaymentsUnderTest


@pytest.mark.parametrize("crash", [{"before": "session"}, {"after": "session"}])
def test_a_request_after_a_crash_sends_the_same_stored_call(
    service: PaymentsUnderTest, cards: StripeCards, crash: dict[str, str]
) -> None:
    booking_id = service.book()
    service.restart(CrashingCards(cards, **crash))
    with pytest.raises(Crash):
        service.open(booking_id)
    stored = service.sql("SELECT request FROM provider_action")

    service.restart(cards)
    opened = service.open(booking_id)

    assert opened.status == "created"
    assert service.sql("SELECT request FROM provider_action") == stored
    assert len(provider_sessions(service)) == 1
    assert service.events(booking_id) == ["PaymentSessionOpened"]


def test_a_session_opened_just_before_a_crash_is_closed_when_the_hold_expires(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    booking_id = service.book()
    service.restart(CrashingCards(cards, after="session"))
    with pytest.raises(Crash):
        service.open(booking_id)
    service.restart(cards)

    service.advance(16)
    service.run_until_idle()

    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentSessionExpired"]
    assert [session["status"] for session in provider_sessions(service)] == ["expired"]


def test_a_payment_without_a_session_after_a_crash_fails_when_the_hold_expires(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    booking_id = service.book()
    service.restart(CrashingCards(cards, before="session"))
    with pytest.raises(Crash):
        service.open(booking_id)
    service.restart(cards)

    service.advance(16)
    service.run_until_idle()

    assert (service.status(booking_id), service.events(booking_id)) == ("FAILED", [])


def test_a_refund_is_recognised_by_our_id_once_its_key_has_expired(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    booking_id = service.captured()
    service.restart(CrashingCards(cards, after="refund"))
    service.cancel(booking_id)
    with pytest.raises(Crash):
        service.run_jobs()

    service.restart(cards)
    service.stripe.advance(2 * 24 * 3600)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()

    assert count_movements(service, booking_id, "refund") == 1
    assert service.status(booking_id) == "REFUNDED"
