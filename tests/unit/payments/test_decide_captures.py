"""Decisions on an authorised payment: capture, fee or void."""

from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentStatus,
    PaymentVoided,
)
from services.payments.domain.decide import Decision, decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.movements import MovementKind
from services.payments.domain.next_action import Capture, IssueRefund, Void
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot, SessionState
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


def test_an_approved_authorisation_is_captured_in_full() -> None:
    decision = decided(AUTHORIZED, approved(), at_provider(intent=intent()))

    assert decision.next_action == Capture(intent_id="pi_1", amount=15000)


def test_the_approval_of_another_payment_does_not_capture_this_one() -> None:
    other = desired_state(phase=approved().phase, approved_payment="pay_2")

    assert decided(AUTHORIZED, other, at_provider(intent=intent())).next_action is None


def test_the_capture_of_an_approved_payment_publishes_payment_captured() -> None:
    decision = decided(AUTHORIZED, approved(), at_provider(intent=captured_intent()))

    assert kinds(decision) == [PaymentCaptured]
    assert decision.payment.captured == 15000


def test_money_captured_before_the_decision_waits_and_is_refunded_on_decline() -> None:
    undecided = decided(AUTHORIZED, desired_state(), at_provider(intent=captured_intent()))
    declined = decided(AUTHORIZED, ended(), at_provider(intent=captured_intent()))

    assert (kinds(undecided), undecided.next_action) == ([], None)
    assert isinstance(declined.next_action, IssueRefund)
    assert declined.next_action.refund.amount == eur(15000)


def test_a_capture_refused_for_good_publishes_capture_failed_and_is_voided() -> None:
    decision = decided(AUTHORIZED, approved(), at_provider(intent=intent()), refused={"capture": "insufficient_funds"})

    assert isinstance(decision.events[0], PaymentCaptureFailed)
    assert decision.events[0].reason_code == "insufficient_funds"
    assert decision.next_action == Void(intent_id="pi_1")


def test_the_approval_of_a_lapsed_authorisation_publishes_capture_failed() -> None:
    lapsed = at_provider(intent=intent(IntentState.RELEASED, release_reason="authorization_expired"))

    synced_after_approval = decided(AUTHORIZED, approved(), lapsed)
    synced_before_approval = decided(decided(AUTHORIZED, desired_state(), lapsed).payment, approved(), lapsed)

    assert kinds(synced_after_approval) == kinds(synced_before_approval) == [PaymentCaptureFailed]
    assert synced_after_approval.payment.status == synced_before_approval.payment.status == PaymentStatus.FAILED


def test_the_authorisation_of_an_ended_booking_is_voided() -> None:
    decision = decided(AUTHORIZED, ended(), at_provider(intent=intent()))

    assert decision.next_action == Void(intent_id="pi_1")


def test_the_cancellation_fee_is_captured_exactly_and_published_as_a_fee() -> None:
    before = decided(AUTHORIZED, ended(fee=5000), at_provider(intent=intent()))
    after = decided(AUTHORIZED, ended(fee=5000), at_provider(intent=captured_intent(5000)))

    assert before.next_action == Capture(intent_id="pi_1", amount=5000)
    assert kinds(after) == [CancellationFeeCaptured]
    assert after.next_action is None


def test_the_captured_fee_never_exceeds_the_authorised_amount() -> None:
    assert decided(AUTHORIZED, ended(fee=99999), at_provider(intent=intent())).next_action == Capture(
        intent_id="pi_1", amount=15000
    )


def test_an_authorisation_whose_fee_cannot_be_captured_is_voided() -> None:
    decision = decided(AUTHORIZED, ended(fee=5000), at_provider(intent=intent()), refused={"capture": "card_declined"})

    assert decision.next_action == Void(intent_id="pi_1")


def test_an_authorisation_after_the_booking_ended_is_voided_and_not_captured() -> None:
    decision = decided(payment(), ended(), at_provider(session=checkout(), intent=intent()))

    assert kinds(decision) == [PaymentAuthorized]
    assert decision.next_action == Void(intent_id="pi_1")


def test_an_authorisation_released_before_the_first_sync_publishes_both_events() -> None:
    decision = decided(payment(), ended(), at_provider(session=checkout(), intent=intent(IntentState.RELEASED)))

    assert kinds(decision) == [PaymentAuthorized, PaymentVoided]
    assert decision.next_action is None


def test_a_released_authorisation_is_booked_as_a_void_and_not_as_a_refund() -> None:
    decision = decided(AUTHORIZED, ended(), at_provider(intent=intent(IntentState.RELEASED)))

    assert [(movement.kind, movement.amount.amount) for movement in decision.movements] == [
        (MovementKind.AUTHORISE, 15000),
        (MovementKind.VOID, 15000),
    ]


def test_the_rest_of_a_fee_capture_is_booked_as_a_void() -> None:
    decision = decided(AUTHORIZED, ended(fee=5000), at_provider(intent=captured_intent(5000)))

    assert [(movement.kind, movement.amount.amount) for movement in decision.movements] == [
        (MovementKind.AUTHORISE, 15000),
        (MovementKind.CAPTURE, 5000),
        (MovementKind.VOID, 10000),
    ]
