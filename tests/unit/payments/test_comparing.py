"""Where we and the provider part, and when it is time to look again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.payments import FindingKind, PaymentStatus
from services.payments.domain import Payment, Refund, RefundStatus, decide
from services.payments.domain.comparing import EVERY, WATCHED, differences, next_comparison
from services.payments.domain.movements import movements
from services.payments.domain.payment import Standing
from services.payments.domain.seen import IntentState, Seen
from tests.unit.payments.builders import NOW, approved, dispute, ended, eur, intent, payment, refund, seen, taken

AUTHORIZED = payment(status=PaymentStatus.AUTHORIZED, intent_id="pi_1", version=2)
CAPTURED = payment(status=PaymentStatus.CAPTURED, intent_id="pi_1", captured=15000, version=3)
REFUNDING = (Refund(id="pay_1-1", amount=eur(15000), provider_id="re_1"),)


def kinds(known: Payment, stands: Standing, sight: Seen) -> list[FindingKind]:
    """What differs, where the ledger has all that was seen."""
    booked = {(each.kind, each.provider_id): each.amount for each in movements(sight)}
    found = differences(known, stands, sight, decide(known, stands, sight, now=NOW), booked)
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("known", "stands", "sight", "expected"),
    [
        (AUTHORIZED, ended(), seen(intent=intent()), ["MONEY_KEPT"]),
        (AUTHORIZED, approved(), seen(intent=intent()), ["CALL_OUTSTANDING"]),
        (AUTHORIZED, approved(), seen(intent=taken()), ["STATUS_DIFFERS", "CAPTURED_DIFFERS"]),
        (AUTHORIZED, ended(), seen(intent=intent(IntentState.RELEASED)), ["STATUS_DIFFERS"]),
        (CAPTURED, approved(), seen(intent=taken()), []),
        (CAPTURED, ended(), seen(intent=taken()), ["MONEY_KEPT"]),
        (CAPTURED, ended(fee=15000), seen(intent=taken()), []),
        (CAPTURED, ended(), seen(intent=taken(), disputes=(dispute(),)), ["CALL_OUTSTANDING"]),
    ],
)
def test_what_differs(known: Payment, stands: Standing, sight: Seen, expected: list[str]) -> None:
    known = known if not sight.disputes else payment(**{**vars(known), "disputed_at": NOW})

    assert kinds(known, stands, sight) == expected


GIVEN_UP = [PaymentStatus.FAILED, PaymentStatus.VOIDED, PaymentStatus.SESSION_EXPIRED]


@pytest.mark.parametrize("status", GIVEN_UP)
def test_what_was_taken_for_a_payment_that_came_to_nothing_is_kept_until_it_went_back(status: PaymentStatus) -> None:
    known = payment(status=status, intent_id="pi_1", refunds=REFUNDING)
    back = refund(15000)

    assert kinds(payment(status=status, intent_id="pi_1"), ended(), seen(intent=taken())) == ["MONEY_KEPT"]
    assert kinds(known, ended(), seen(intent=taken(), refunds=(back,))) == []
    failed = replace(back, status=RefundStatus.FAILED)
    assert kinds(known, ended(), seen(intent=taken(), refunds=(failed,))) == ["MONEY_KEPT"]


@pytest.mark.parametrize("status", GIVEN_UP)
def test_a_refund_that_the_provider_refuses_such_a_payment_is_shown_as_money_kept(status: PaymentStatus) -> None:
    asked_for = (Refund(id="pay_1-1", amount=eur(15000)),)
    known, sight = payment(status=status, intent_id="pi_1", refunds=asked_for), seen(intent=taken())
    decision = decide(known, ended(), sight, now=NOW, refused={"pay_1-1": "charge_disputed"})

    found = differences(
        known, ended(), sight, decision, {(each.kind, each.provider_id): each.amount for each in movements(sight)}
    )

    assert decision.want is None
    assert [(each.kind, each.theirs) for each in found] == [("MONEY_KEPT", "EUR 150.00")]


def test_a_refund_under_way_is_no_money_kept() -> None:
    known = payment(**{**vars(CAPTURED), "refunds": REFUNDING})

    assert kinds(known, ended(), seen(intent=taken(), refunds=(refund(15000, RefundStatus.PENDING),))) == []


def test_the_ledger_is_compared_both_ways() -> None:
    sight = seen(intent=taken())
    decision = decide(CAPTURED, approved(), sight, now=NOW)
    (authorise, capture) = movements(sight)
    invented = (authorise.kind, "ch_other")

    found = differences(CAPTURED, approved(), sight, decision, {
        (authorise.kind, authorise.provider_id): eur(1), invented: eur(2),
    })  # fmt: skip

    assert [(each.kind, each.object_id, each.ours, each.theirs) for each in found] == [
        ("LEDGER_LACKS", "ch_1", "authorise EUR 0.01", "authorise EUR 150.00"),
        ("LEDGER_LACKS", capture.provider_id, "not booked", "capture EUR 150.00"),
        ("LEDGER_EXCEEDS", "ch_other", "authorise EUR 0.02", "not there"),
    ]


@pytest.mark.parametrize(
    ("known", "quiet", "pause"),
    [
        (AUTHORIZED, WATCHED * 2, EVERY),
        (payment(**{**vars(CAPTURED), "refunds": REFUNDING}), WATCHED * 2, EVERY),
        (CAPTURED, timedelta(0), EVERY),
        (CAPTURED, timedelta(days=2), timedelta(days=2)),
        (CAPTURED, WATCHED, None),
        (payment(status=PaymentStatus.VOIDED), WATCHED, None),
    ],
)
def test_when_to_compare_again(known: Payment, quiet: timedelta, pause: timedelta | None) -> None:
    at = next_comparison(known, changed_at=NOW - quiet, now=NOW, every=EVERY)

    assert at == (NOW + pause if pause else None)
