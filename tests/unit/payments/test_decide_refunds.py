"""Decisions on a payment whose money is captured."""

from contracts.payments.events import PaymentDisputed, PaymentRefunded, PaymentStatus, RefundFailed
from services.payments.domain.decide import Decision, decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.next_action import IssueRefund
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.domain.provider_snapshot import ProviderSnapshot, SessionState
from tests.unit.payments.builders import (
    NOW,
    approved,
    at_provider,
    captured_intent,
    checkout,
    dispute,
    ended,
    eur,
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


def test_a_cancellation_after_capture_refunds_all_but_the_fee() -> None:
    decision = decided(CAPTURED, ended(fee=5000), at_provider(intent=captured_intent()))

    assert isinstance(decision.next_action, IssueRefund)
    assert decision.next_action.refund.amount == eur(10000)
    assert decision.payment.refunds == (decision.next_action.refund,)


def test_a_pending_refund_is_not_requested_again() -> None:
    refunding = decided(CAPTURED, ended(), at_provider(intent=captured_intent())).payment
    under_way = at_provider(intent=captured_intent(), refunds=(refund(15000, RefundStatus.PENDING),))

    decision = decided(refunding, ended(), under_way)

    assert (kinds(decision), decision.next_action) == ([], None)
    assert decision.payment.refunds[0].provider_id == "re_1"


def test_a_refund_missing_at_the_provider_is_requested_again_under_the_same_id() -> None:
    refunding = decided(CAPTURED, ended(), at_provider(intent=captured_intent())).payment

    decision = decided(refunding, ended(), at_provider(intent=captured_intent()))

    assert isinstance(decision.next_action, IssueRefund)
    assert decision.next_action.refund == refunding.refunds[0]


def test_a_refund_is_published_once_with_the_amount_and_id_of_the_provider() -> None:
    done = at_provider(intent=captured_intent(), refunds=(refund(15000),))

    first = decided(CAPTURED, ended(), done)
    again = decided(first.payment, ended(), done)

    (event,) = first.events
    assert isinstance(event, PaymentRefunded)
    assert (event.refund_id, event.amount, event.refunded_total) == ("re_1", eur(15000), eur(15000))
    assert first.payment.status == PaymentStatus.REFUNDED
    assert (kinds(again), again.next_action) == ([], None)


def test_a_partial_refund_leaves_the_fee() -> None:
    decision = decided(CAPTURED, ended(fee=5000), at_provider(intent=captured_intent(), refunds=(refund(10000),)))

    assert decision.payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert decision.next_action is None


def test_a_failed_refund_is_published_and_waits_for_staff() -> None:
    failed = at_provider(
        intent=captured_intent(), refunds=(refund(15000, RefundStatus.FAILED, reason="lost_or_stolen_card"),)
    )

    decision = decided(CAPTURED, ended(), failed)

    assert kinds(decision) == [RefundFailed]
    assert decision.next_action is None
    assert decision.payment.status == PaymentStatus.CAPTURED


def test_a_refund_that_fails_after_its_success_is_subtracted_again() -> None:
    done = decided(CAPTURED, ended(), at_provider(intent=captured_intent(), refunds=(refund(15000),))).payment

    decision = decided(
        done, ended(), at_provider(intent=captured_intent(), refunds=(refund(15000, RefundStatus.FAILED),))
    )

    assert kinds(decision) == [RefundFailed]
    assert (decision.payment.status, decision.payment.refunded) == (PaymentStatus.CAPTURED, 0)


def test_a_refund_that_the_provider_refuses_is_published_under_our_id() -> None:
    refunding = decided(CAPTURED, ended(), at_provider(intent=captured_intent())).payment

    decision = decided(
        refunding, ended(), at_provider(intent=captured_intent()), refused={"pay_1-1": "charge_disputed"}
    )

    (event,) = decision.events
    assert isinstance(event, RefundFailed)
    assert (event.refund_id, event.reason_code) == ("pay_1-1", "charge_disputed")
    assert decision.next_action is None


def test_a_dispute_is_published_once() -> None:
    disputed = at_provider(intent=captured_intent(), disputes=(dispute(),))

    first = decided(CAPTURED, approved(), disputed)
    again = decided(first.payment, approved(), disputed)

    assert kinds(first) == [PaymentDisputed]
    assert kinds(again) == []


def test_the_captured_money_of_a_confirmed_booking_is_not_refunded() -> None:
    decision = decided(CAPTURED, approved(), at_provider(intent=captured_intent()))

    assert (kinds(decision), decision.next_action) == ([], None)
