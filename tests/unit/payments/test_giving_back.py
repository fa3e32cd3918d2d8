"""What payments concludes from one look at the provider, once the money has been taken."""

from contracts.payments import (
    PaymentDisputed,
    PaymentRefunded,
    PaymentStatus,
    RefundFailed,
)
from services.payments.domain import Decision, GiveBack, Payment, RefundStatus, decide
from services.payments.domain.payment import Standing
from services.payments.domain.seen import Seen, SessionState
from tests.unit.payments.builders import (
    NOW,
    approved,
    dispute,
    ended,
    eur,
    page,
    payment,
    refund,
    seen,
    taken,
)

OPEN = page(SessionState.OPEN)
AUTHORIZED = payment(status=PaymentStatus.AUTHORIZED, intent_id="pi_1", version=2)
CAPTURED = payment(status=PaymentStatus.CAPTURED, intent_id="pi_1", captured=15000, version=3)


def decided(known: Payment, stands: Standing, sight: Seen, **more: object) -> Decision:
    return decide(known, stands, sight, **{"now": NOW, **more})  # type: ignore[arg-type]


def kinds(decision: Decision) -> list[type]:
    return [type(fact) for fact in decision.facts]


def test_a_cancellation_after_capture_gives_back_all_but_the_fee() -> None:
    decision = decided(CAPTURED, ended(fee=5000), seen(intent=taken()))

    assert isinstance(decision.want, GiveBack)
    assert decision.want.refund.amount == eur(10000)
    assert decision.payment.refunds == (decision.want.refund,)


def test_a_refund_under_way_is_not_asked_for_again() -> None:
    asked = decided(CAPTURED, ended(), seen(intent=taken())).payment
    under_way = seen(intent=taken(), refunds=(refund(15000, RefundStatus.PENDING),))

    decision = decided(asked, ended(), under_way)

    assert (kinds(decision), decision.want) == ([], None)
    assert decision.payment.refunds[0].provider_id == "re_1"


def test_a_refund_that_the_provider_never_heard_of_is_asked_for_under_the_same_name() -> None:
    asked = decided(CAPTURED, ended(), seen(intent=taken())).payment

    decision = decided(asked, ended(), seen(intent=taken()))

    assert isinstance(decision.want, GiveBack)
    assert decision.want.refund == asked.refunds[0]


def test_a_refund_is_told_once_with_the_providers_amount_and_name() -> None:
    done = seen(intent=taken(), refunds=(refund(15000),))

    first = decided(CAPTURED, ended(), done)
    again = decided(first.payment, ended(), done)

    (fact,) = first.facts
    assert isinstance(fact, PaymentRefunded)
    assert (fact.refund_id, fact.amount, fact.refunded_total) == ("re_1", eur(15000), eur(15000))
    assert first.payment.status == PaymentStatus.REFUNDED
    assert (kinds(again), again.want) == ([], None)


def test_a_refund_of_a_part_leaves_the_fee() -> None:
    decision = decided(CAPTURED, ended(fee=5000), seen(intent=taken(), refunds=(refund(10000),)))

    assert decision.payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert decision.want is None


def test_a_failed_refund_is_told_and_waits_for_people() -> None:
    failed = seen(intent=taken(), refunds=(refund(15000, RefundStatus.FAILED, reason="lost_or_stolen_card"),))

    decision = decided(CAPTURED, ended(), failed)

    assert kinds(decision) == [RefundFailed]
    assert decision.want is None
    assert decision.payment.status == PaymentStatus.CAPTURED


def test_a_refund_that_fails_after_it_was_done_is_taken_back() -> None:
    done = decided(CAPTURED, ended(), seen(intent=taken(), refunds=(refund(15000),))).payment

    decision = decided(done, ended(), seen(intent=taken(), refunds=(refund(15000, RefundStatus.FAILED),)))

    assert kinds(decision) == [RefundFailed]
    assert (decision.payment.status, decision.payment.refunded) == (PaymentStatus.CAPTURED, 0)


def test_a_refund_that_the_provider_will_not_take_on_is_told_by_our_name() -> None:
    asked = decided(CAPTURED, ended(), seen(intent=taken())).payment

    decision = decided(asked, ended(), seen(intent=taken()), refused={"pay_1-1": "charge_disputed"})

    (fact,) = decision.facts
    assert isinstance(fact, RefundFailed)
    assert (fact.refund_id, fact.reason_code) == ("pay_1-1", "charge_disputed")
    assert decision.want is None


def test_a_dispute_is_told_once() -> None:
    disputed = seen(intent=taken(), disputes=(dispute(),))

    first = decided(CAPTURED, approved(), disputed)
    again = decided(first.payment, approved(), disputed)

    assert kinds(first) == [PaymentDisputed]
    assert kinds(again) == []


def test_a_confirmed_booking_keeps_its_money() -> None:
    decision = decided(CAPTURED, approved(), seen(intent=taken()))

    assert (kinds(decision), decision.want) == ([], None)
