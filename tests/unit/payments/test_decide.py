"""Decisions on a payment until it is authorised."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.payments.events import (
    PaymentAuthorized,
    PaymentMismatched,
    PaymentPurpose,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
)
from contracts.values import Money
from services.payments.domain.decide import Decision, decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.next_action import Expire, IssueRefund, Void
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot, SessionState
from services.payments.lifecycle import MoneyReturned, SessionNeverOpened
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
    refund,
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


def unrequested(**overrides: Any) -> Payment:
    """A payment that no decision asked for, before its first sync."""
    fields = {"id": "unrequested_pi_1", "status": PaymentStatus.NONE, "version": 0, "session_id": None}
    purpose = PaymentPurpose.UNREQUESTED
    return payment(**{**fields, "session_url": None, "purpose": purpose, "intent_id": "pi_1", **overrides})


@pytest.mark.parametrize("desired", [desired_state(), approved(), ended(5000)], ids=["live", "approved", "ended"])
def test_an_authorisation_that_no_decision_asked_for_is_voided_whatever_the_booking_does(desired: DesiredState) -> None:
    decision = decided(unrequested(), desired, at_provider(intent=intent()))

    (mismatch,) = decision.events
    assert isinstance(mismatch, PaymentMismatched)
    assert (mismatch.reason_code, mismatch.purpose) == ("UNREQUESTED", PaymentPurpose.UNREQUESTED)
    assert decision.payment.status is PaymentStatus.FAILED
    assert decision.next_action == Void(intent_id="pi_1")


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_captured_money_that_no_decision_asked_for_is_refunded_in_full(currency: str) -> None:
    amount = Money(15000, currency)
    decision = decided(unrequested(amount=amount), ended(5000), at_provider(intent=captured_intent(amount=amount)))

    assert isinstance(decision.next_action, IssueRefund)
    assert decision.next_action.refund.amount == amount


def returning(status: RefundStatus, *, ours: RefundStatus = RefundStatus.PENDING) -> Decision:
    """The decision on unrequested money whose refund has this status at the provider."""
    known = unrequested(
        status=PaymentStatus.FAILED,
        refunds=(Refund(id="unrequested_pi_1-1", amount=eur(15000), provider_id="re_1", status=ours),),
    )
    snapshot = at_provider(intent=captured_intent(), refunds=(refund(15000, status, refund_id="unrequested_pi_1-1"),))
    return decided(known, desired_state(), snapshot)


def test_a_refund_of_money_that_no_decision_asked_for_ends_once() -> None:
    decision = returning(RefundStatus.SUCCEEDED)
    again = returning(RefundStatus.SUCCEEDED, ours=RefundStatus.SUCCEEDED)

    assert kinds(decision) == [MoneyReturned]
    assert [each.status for each in decision.payment.refunds] == [RefundStatus.SUCCEEDED]
    assert (kinds(again), again.next_action) == ([], None)


@pytest.mark.parametrize("before", [RefundStatus.PENDING, RefundStatus.SUCCEEDED])
def test_staff_are_informed_once_of_a_failed_refund_of_money_that_no_decision_asked_for(before: RefundStatus) -> None:
    decision = returning(RefundStatus.FAILED, ours=before)
    again = returning(RefundStatus.FAILED, ours=RefundStatus.FAILED)

    (mismatch,) = decision.events
    assert isinstance(mismatch, PaymentMismatched)
    assert (mismatch.reason_code, mismatch.refund_id) == ("REFUND_FAILED", "re_1")
    assert (decision.next_action, kinds(again), again.next_action) == (None, [], None)


def test_a_refund_of_money_that_no_decision_asked_for_that_is_refused_informs_staff() -> None:
    known = unrequested(status=PaymentStatus.FAILED, refunds=(Refund(id="r-1", amount=eur(15000)),))
    decision = decided(
        known, desired_state(), at_provider(intent=captured_intent()), refused={"r-1": "charge_disputed"}
    )

    (mismatch,) = decision.events
    assert isinstance(mismatch, PaymentMismatched)
    assert (mismatch.reason_code, mismatch.refund_id) == ("REFUND_FAILED", "r-1")
    assert decision.next_action is None


def test_a_session_that_is_gone_is_expired_once_the_time_to_pay_is_over_and_not_before() -> None:
    gone = at_provider(session=checkout(SessionState.GONE))

    before = decided(payment(), desired_state(), gone)
    after = decided(payment(), desired_state(), gone, now=NOW + timedelta(minutes=15))

    assert (kinds(before), before.next_action) == ([], None)
    assert (kinds(after), after.next_action) == ([PaymentSessionExpired], None)
