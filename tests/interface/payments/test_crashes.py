"""The process crashes between two steps: a repeated request or the job continues, and money moves once."""

from datetime import timedelta

import pytest

from chassis import codec
from chassis.messaging.ask_server import AskServer
from chassis.refusal import Refusal, Unavailable
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.values import Context
from services.payments.service import SERVICE
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.work import PaymentsDependencies, PaymentsWork
from tests.fakes import crashing
from tests.fakes.crashing import CrashingUnitOfWork, CrashPoints
from tests.interface.payments.failing_cards import (
    Crash,
    CrashingCards,
    TakenOverCards,
    count_movements,
    provider_sessions,
)
from tests.interface.payments.payments_under_test import ORIGINS, PaymentsUnderTest
from tests.interface.payments.played_bookings import HOTEL


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


def test_a_request_that_was_taken_over_during_its_call_gives_no_reply(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    """The reply of its rolled back transaction is lost; the process that took the request over gives its own."""
    booking_id = service.book()

    def lose_claim() -> None:
        service.sql("UPDATE idempotency SET holder = 'another process'")

    service.restart(TakenOverCards(cards, lose_claim, after="session"))
    with pytest.raises(Unavailable):
        service.open(booking_id, key="k")

    assert service.sql("SELECT answer IS NULL AS open FROM idempotency") == [{"open": True}]
    assert service.events(booking_id) == []
    service.sql("UPDATE idempotency SET claimed_until = now() - interval '1 second'")
    service.restart(cards)
    assert service.open(booking_id, key="k").status == "created"
    assert len(provider_sessions(service)) == 1


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


def crash_after(steps: int, service: PaymentsUnderTest, cards: StripeCards) -> CrashPoints:
    """Let the process crash after so many commits and calls of the provider."""
    points = CrashPoints()
    dependencies = PaymentsDependencies(cards=crashing.CrashingCards(cards, points), origins=ORIGINS)
    service.unit_of_work = CrashingUnitOfWork(
        service.engine, PaymentsWork, dependencies=dependencies, crash_points=points, ahead=lambda: timedelta(0)
    )
    service.ask_server = AskServer(SERVICE, service.unit_of_work, service._ask)
    points.steps = steps
    return points


def opened_with(service: PaymentsUnderTest, booking_id: str, fingerprint: str) -> str:
    """The code of the refusal of a request with this body; an empty text where the request is answered."""
    context = Context(idempotency_key="k", fingerprint=fingerprint)
    message = OpenPaymentSession(hotel=HOTEL, booking_id=booking_id)
    try:
        service.ask_server.handle("OpenPaymentSession", codec.plain(message), codec.plain(context))
    except Refusal as refusal:
        return refusal.code
    return ""


def open_payments(service: PaymentsUnderTest) -> int:
    """The number of bookings with an open session."""
    return int(service.sql("SELECT count(*) AS n FROM payment WHERE status = 'SESSION_OPEN'")[0]["n"])


def test_a_key_opens_one_session_whenever_its_request_crashes(service: PaymentsUnderTest, cards: StripeCards) -> None:
    """After the claim, before and after each of two commits (call, session), and around the provider's call."""
    crashes = 0
    for steps in range(100):
        service.restart(cards)
        booking_id = service.book()
        points = crash_after(steps, service, cards)
        try:
            service.open(booking_id, key="k")
        except crashing.Crash:
            crashes += 1
        else:
            break
        finally:
            points.steps = None
        service.restart(cards)
        claimed = service.sql("SELECT answer IS NULL AS open FROM idempotency")
        if claimed and claimed[0]["open"]:
            assert opened_with(service, booking_id, "same") == "IDEMPOTENCY_IN_PROGRESS"
            service.sql("UPDATE idempotency SET claimed_until = now() - interval '1 second'")
        if claimed:
            assert opened_with(service, booking_id, "another") == "IDEMPOTENCY_KEY_REUSED"

        first, again = (service.open(booking_id, key="k") for _ in range(2))
        service.run_until_idle()

        assert first == again
        assert service.events(booking_id) == ["PaymentSessionOpened"]
        assert len([one for one in provider_sessions(service) if one["status"] == "open"]) == open_payments(service)
        service.sql("DELETE FROM idempotency")
    assert crashes == 7
