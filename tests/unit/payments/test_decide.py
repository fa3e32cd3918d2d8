"""What payments concludes from one look at the provider, until the money is taken or let go."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.payments import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentMismatched,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
    PaymentVoided,
)
from services.payments.domain import Capture, Decision, Expire, GiveBack, Payment, Void, decide
from services.payments.domain.movements import Kind
from services.payments.domain.payment import Standing
from services.payments.domain.seen import IntentState, Seen, SessionState
from services.payments.lifecycle import SessionNeverOpened
from tests.unit.payments.builders import (
    NOW,
    approved,
    ended,
    eur,
    intent,
    page,
    payment,
    seen,
    standing,
    taken,
)

OPEN = page(SessionState.OPEN)
AUTHORIZED = payment(status=PaymentStatus.AUTHORIZED, intent_id="pi_1", version=2)
CAPTURED = payment(status=PaymentStatus.CAPTURED, intent_id="pi_1", captured=15000, version=3)


def decided(known: Payment, stands: Standing, sight: Seen, **more: object) -> Decision:
    return decide(known, stands, sight, **{"now": NOW, **more})  # type: ignore[arg-type]


def kinds(decision: Decision) -> list[type]:
    return [type(fact) for fact in decision.facts]


def test_a_page_found_at_the_provider_is_open() -> None:
    unopened = payment(status=PaymentStatus.NONE, version=0, session_id=None, session_url=None)

    decision = decided(unopened, standing(), seen(session=page(SessionState.OPEN, url="https://pay.example/x")))

    assert kinds(decision) == [PaymentSessionOpened]
    assert decision.payment.session_url == "https://pay.example/x"
    assert decision.want is None


def test_a_page_never_opened_is_forgotten_when_the_hold_is_over() -> None:
    unopened = payment(status=PaymentStatus.NONE, version=0, session_id=None, session_url=None)

    still = decided(unopened, standing(), seen())
    over = decided(unopened, standing(), seen(), now=NOW + timedelta(minutes=15))

    assert kinds(still) == []
    assert kinds(over) == [SessionNeverOpened]


def test_a_held_card_is_an_authorisation_whatever_the_page_says() -> None:
    for session in (page(), OPEN):
        decision = decided(payment(), standing(), seen(session=session, intent=intent()))

        assert kinds(decision) == [PaymentAuthorized]
        assert decision.want is None


def test_a_refused_card_changes_nothing_while_the_page_is_open() -> None:
    refused = intent(IntentState.UNPAID, charge=None)

    decision = decided(payment(), standing(), seen(session=OPEN, intent=refused))

    assert (kinds(decision), decision.want, decision.payment) == ([], None, payment())


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": eur(15001)}, "AMOUNT_DIFFERS"),
        ({"amount": eur(1)}, "AMOUNT_DIFFERS"),
        ({"booking_id": "BK-2026-BBBBBB"}, "BOOKING_DIFFERS"),
        ({"booking_id": None}, "BOOKING_DIFFERS"),
        ({"payment_id": "pay_2"}, "BOOKING_DIFFERS"),
    ],
)
def test_an_authorisation_that_is_not_the_bookings_is_voided_and_told(wrong: dict[str, Any], code: str) -> None:
    decision = decided(payment(), standing(), seen(session=page(), intent=intent(**wrong)))

    assert isinstance(decision.facts[0], PaymentMismatched)
    assert decision.facts[0].reason_code == code
    assert decision.want == Void(intent_id="pi_1")


def test_what_was_paid_on_a_page_for_an_old_amount_is_voided() -> None:
    decision = decided(payment(superseded=True), standing(), seen(session=page(), intent=intent()))

    assert kinds(decision) == [PaymentMismatched]
    assert decision.want == Void(intent_id="pi_1")


def test_money_of_another_booking_that_was_taken_is_given_back_whole() -> None:
    decision = decided(payment(), approved(), seen(session=page(), intent=taken(booking_id="BK-2026-BBBBBB")))

    assert kinds(decision) == [PaymentMismatched]
    assert isinstance(decision.want, GiveBack)
    assert decision.want.refund.amount == eur(15000)


def test_the_page_closes_when_the_hold_has_run_out_and_not_before() -> None:
    before = decided(payment(), standing(), seen(session=OPEN))
    after = decided(payment(), standing(), seen(session=OPEN), now=NOW + timedelta(minutes=15))

    assert before.want is None
    assert after.want == Expire(session_id="cs_1")


def test_the_page_closes_when_the_booking_ends_or_costs_another_amount() -> None:
    for known, stands in ((payment(), ended()), (payment(superseded=True), standing())):
        assert decided(known, stands, seen(session=OPEN)).want == Expire(session_id="cs_1")


def test_a_page_that_the_provider_closed_is_expired() -> None:
    decision = decided(payment(), ended(), seen(session=page(SessionState.EXPIRED)))

    assert kinds(decision) == [PaymentSessionExpired]
    assert decision.want is None


def test_an_approved_hold_is_captured_whole() -> None:
    decision = decided(AUTHORIZED, approved(), seen(intent=intent()))

    assert decision.want == Capture(intent_id="pi_1", amount=15000)


def test_the_approval_of_another_payment_captures_nothing() -> None:
    other = standing(stance=approved().stance, approved_payment="pay_2")

    assert decided(AUTHORIZED, other, seen(intent=intent())).want is None


def test_the_capture_of_an_approved_payment_is_told() -> None:
    decision = decided(AUTHORIZED, approved(), seen(intent=taken()))

    assert kinds(decision) == [PaymentCaptured]
    assert decision.payment.captured == 15000


def test_money_taken_before_anyone_decided_waits_for_the_decision() -> None:
    undecided = decided(AUTHORIZED, standing(), seen(intent=taken()))
    declined = decided(AUTHORIZED, ended(), seen(intent=taken()))

    assert (kinds(undecided), undecided.want) == ([], None)
    assert isinstance(declined.want, GiveBack)
    assert declined.want.refund.amount == eur(15000)


def test_a_capture_refused_for_good_is_told_and_the_hold_released() -> None:
    decision = decided(AUTHORIZED, approved(), seen(intent=intent()), refused={"capture": "insufficient_funds"})

    assert isinstance(decision.facts[0], PaymentCaptureFailed)
    assert decision.facts[0].reason_code == "insufficient_funds"
    assert decision.want == Void(intent_id="pi_1")


def test_an_approval_of_a_hold_that_has_lapsed_is_a_failed_capture() -> None:
    lapsed = seen(intent=intent(IntentState.RELEASED, release_reason="authorization_expired"))

    first_heard_now = decided(AUTHORIZED, approved(), lapsed)
    heard_before = decided(decided(AUTHORIZED, standing(), lapsed).payment, approved(), lapsed)

    assert kinds(first_heard_now) == kinds(heard_before) == [PaymentCaptureFailed]
    assert first_heard_now.payment.status == heard_before.payment.status == PaymentStatus.FAILED


def test_an_ended_booking_has_its_hold_voided() -> None:
    decision = decided(AUTHORIZED, ended(), seen(intent=intent()))

    assert decision.want == Void(intent_id="pi_1")


def test_a_fee_is_captured_exactly_and_told_as_a_fee() -> None:
    wanted = decided(AUTHORIZED, ended(fee=5000), seen(intent=intent())).want
    done = decided(AUTHORIZED, ended(fee=5000), seen(intent=taken(5000)))

    assert wanted == Capture(intent_id="pi_1", amount=5000)
    assert kinds(done) == [CancellationFeeCaptured]
    assert done.want is None


def test_a_fee_is_never_more_than_was_authorised() -> None:
    assert decided(AUTHORIZED, ended(fee=99999), seen(intent=intent())).want == Capture(intent_id="pi_1", amount=15000)


def test_a_fee_that_cannot_be_captured_is_let_go() -> None:
    decision = decided(AUTHORIZED, ended(fee=5000), seen(intent=intent()), refused={"capture": "card_declined"})

    assert decision.want == Void(intent_id="pi_1")


def test_late_money_is_voided_and_never_told_as_captured() -> None:
    decision = decided(payment(), ended(), seen(session=page(), intent=intent()))

    assert kinds(decision) == [PaymentAuthorized]
    assert decision.want == Void(intent_id="pi_1")


def test_a_hold_that_came_and_went_unheard_is_told_in_both_its_parts() -> None:
    decision = decided(payment(), ended(), seen(session=page(), intent=intent(IntentState.RELEASED)))

    assert kinds(decision) == [PaymentAuthorized, PaymentVoided]
    assert decision.want is None


def test_a_voided_hold_is_booked_as_a_void_and_not_as_a_refund() -> None:
    decision = decided(AUTHORIZED, ended(), seen(intent=intent(IntentState.RELEASED)))

    assert [(movement.kind, movement.amount.amount) for movement in decision.movements] == [
        (Kind.AUTHORISE, 15000),
        (Kind.VOID, 15000),
    ]


def test_what_a_fee_leaves_of_the_hold_is_booked_as_a_void() -> None:
    decision = decided(AUTHORIZED, ended(fee=5000), seen(intent=taken(5000)))

    assert [(movement.kind, movement.amount.amount) for movement in decision.movements] == [
        (Kind.AUTHORISE, 15000),
        (Kind.CAPTURE, 5000),
        (Kind.VOID, 10000),
    ]
