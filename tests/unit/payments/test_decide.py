"""Decisions on a payment until it is authorised."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.payments.events import (
    PaymentAuthorized,
    PaymentMismatched,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
)
from services.payments.domain.decide import Decision, decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.next_action import Expire, IssueRefund, Void
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot, SessionState
from services.payments.lifecycle import SessionNeverOpened
from tests.unit.payments.builders import (
    NOW,
    approved,
    at_provider,
    captured_intent,
    checkout,
    desired_state,
    ended,
    eur,
    intent,
    payment,
)

OPEN = checkout(SessionState.OPEN)
AUTHORIZED = payment(status=PaymentStatus.AUTHORIZED, intent_id="pi_1", version=2)
CAPTURED = payment(status=PaymentStatus.CAPTURED, intent_id="pi_1", captured=15000, version=3)


def decided(known: Payment, desired: DesiredState, snapshot: ProviderSnapshot, **more: object) -> Decision:
    return decide(known, desired, snapshot, **{"now": NOW, **more})  # type: ignore[arg-type]


def kinds(decision: Decision) -> list[type]:
    return [type(event) for event in decision.events]


def test_a_payment_whose_session_exists_at_the_provider_is_session_open() -> None:
    unopened = payment(status=PaymentStatus.NONE, version=0, session_id=None, session_url=None)

    decision = decided(
        unopened, desired_state(), at_provider(session=checkout(SessionState.OPEN, url="https://pay.example/x"))
    )

    assert kinds(decision) == [PaymentSessionOpened]
    assert decision.payment.session_url == "https://pay.example/x"
    assert decision.next_action is None


def test_a_payment_without_a_session_fails_once_the_hold_expires() -> None:
    unopened = payment(status=PaymentStatus.NONE, version=0, session_id=None, session_url=None)

    still = decided(unopened, desired_state(), at_provider())
    over = decided(unopened, desired_state(), at_provider(), now=NOW + timedelta(minutes=15))

    assert kinds(still) == []
    assert kinds(over) == [SessionNeverOpened]


def test_a_held_intent_authorises_the_payment_whatever_the_session_state() -> None:
    for session in (checkout(), OPEN):
        decision = decided(payment(), desired_state(), at_provider(session=session, intent=intent()))

        assert kinds(decision) == [PaymentAuthorized]
        assert decision.next_action is None


def test_a_declined_card_changes_nothing_while_the_session_is_open() -> None:
    unpaid = intent(IntentState.UNPAID, charge=None)

    decision = decided(payment(), desired_state(), at_provider(session=OPEN, intent=unpaid))

    assert (kinds(decision), decision.next_action, decision.payment) == ([], None, payment())


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"amount": eur(15001)}, "AMOUNT_DIFFERS"),
        ({"amount": eur(1)}, "AMOUNT_DIFFERS"),
        ({"booking_id": "BK-2026-BBBBBB"}, "BOOKING_DIFFERS"),
        ({"booking_id": None}, "BOOKING_DIFFERS"),
        ({"payment_id": "pay_2"}, "BOOKING_DIFFERS"),
    ],
)
def test_an_authorisation_that_does_not_match_the_booking_is_voided(overrides: dict[str, Any], code: str) -> None:
    decision = decided(payment(), desired_state(), at_provider(session=checkout(), intent=intent(**overrides)))

    assert isinstance(decision.events[0], PaymentMismatched)
    assert decision.events[0].reason_code == code
    assert decision.next_action == Void(intent_id="pi_1")


def test_an_authorisation_of_a_superseded_payment_is_voided() -> None:
    decision = decided(payment(superseded=True), desired_state(), at_provider(session=checkout(), intent=intent()))

    assert kinds(decision) == [PaymentMismatched]
    assert decision.next_action == Void(intent_id="pi_1")


def test_captured_money_of_another_booking_is_refunded_in_full() -> None:
    decision = decided(
        payment(), approved(), at_provider(session=checkout(), intent=captured_intent(booking_id="BK-2026-BBBBBB"))
    )

    assert kinds(decision) == [PaymentMismatched]
    assert isinstance(decision.next_action, IssueRefund)
    assert decision.next_action.refund.amount == eur(15000)


def test_an_open_session_is_closed_when_the_hold_expires_and_not_before() -> None:
    before = decided(payment(), desired_state(), at_provider(session=OPEN))
    after = decided(payment(), desired_state(), at_provider(session=OPEN), now=NOW + timedelta(minutes=15))

    assert before.next_action is None
    assert after.next_action == Expire(session_id="cs_1")


def test_an_open_session_is_closed_when_the_booking_ends_or_its_amount_changes() -> None:
    for known, desired in ((payment(), ended()), (payment(superseded=True), desired_state())):
        assert decided(known, desired, at_provider(session=OPEN)).next_action == Expire(session_id="cs_1")


def test_a_session_that_the_provider_expired_is_session_expired() -> None:
    decision = decided(payment(), ended(), at_provider(session=checkout(SessionState.EXPIRED)))

    assert kinds(decision) == [PaymentSessionExpired]
    assert decision.next_action is None
