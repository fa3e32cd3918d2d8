"""The differences between a payment and its snapshot, and the time of the next comparison."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.payments.events import PaymentStatus
from contracts.payments.reconciliation import FindingKind
from services.payments.domain.decide import decide
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.movements import movements
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot
from services.payments.domain.reconciliation import EVERY, WATCHED, differences, next_comparison
from tests.unit.payments.builders import (
    NOW,
    approved,
    at_provider,
    captured_intent,
    dispute,
    ended,
    eur,
    intent,
    payment,
    refund,
)

AUTHORIZED = payment(status=PaymentStatus.AUTHORIZED, intent_id="pi_1", version=2)
CAPTURED = payment(status=PaymentStatus.CAPTURED, intent_id="pi_1", captured=15000, version=3)
REFUNDING = (Refund(id="pay_1-1", amount=eur(15000), provider_id="re_1"),)


def kinds(known: Payment, desired: DesiredState, snapshot: ProviderSnapshot) -> list[FindingKind]:
    """The kinds of all differences, where the ledger has every movement of the snapshot."""
    ledger = {(each.kind, each.provider_id): each.amount for each in movements(snapshot)}
    differing = differences(known, desired, snapshot, decide(known, desired, snapshot, now=NOW), ledger)
    return [each.kind for each in differing]


@pytest.mark.parametrize(
    ("known", "desired", "snapshot", "expected"),
    [
        (AUTHORIZED, ended(), at_provider(intent=intent()), ["MONEY_KEPT"]),
        (AUTHORIZED, approved(), at_provider(intent=intent()), ["CALL_OUTSTANDING"]),
        (AUTHORIZED, approved(), at_provider(intent=captured_intent()), ["STATUS_DIFFERS", "CAPTURED_DIFFERS"]),
        (AUTHORIZED, ended(), at_provider(intent=intent(IntentState.RELEASED)), ["STATUS_DIFFERS"]),
        (CAPTURED, approved(), at_provider(intent=captured_intent()), []),
        (CAPTURED, ended(), at_provider(intent=captured_intent()), ["MONEY_KEPT"]),
        (CAPTURED, ended(fee=15000), at_provider(intent=captured_intent()), []),
        (CAPTURED, ended(), at_provider(intent=captured_intent(), disputes=(dispute(),)), ["CALL_OUTSTANDING"]),
    ],
)
def test_each_difference_between_payment_and_snapshot_has_its_kind(
    known: Payment, desired: DesiredState, snapshot: ProviderSnapshot, expected: list[str]
) -> None:
    known = known if not snapshot.disputes else payment(**{**vars(known), "disputed_at": NOW})

    assert kinds(known, desired, snapshot) == expected


FAILED_OR_RELEASED = [PaymentStatus.FAILED, PaymentStatus.VOIDED, PaymentStatus.SESSION_EXPIRED]


@pytest.mark.parametrize("status", FAILED_OR_RELEASED)
def test_money_captured_on_a_failed_or_released_payment_is_money_kept_until_refunded(status: PaymentStatus) -> None:
    known = payment(status=status, intent_id="pi_1", refunds=REFUNDING)
    succeeded = refund(15000)

    assert kinds(payment(status=status, intent_id="pi_1"), ended(), at_provider(intent=captured_intent())) == [
        "MONEY_KEPT"
    ]
    assert kinds(known, ended(), at_provider(intent=captured_intent(), refunds=(succeeded,))) == []
    failed = replace(succeeded, status=RefundStatus.FAILED)
    assert kinds(known, ended(), at_provider(intent=captured_intent(), refunds=(failed,))) == ["MONEY_KEPT"]


@pytest.mark.parametrize("status", FAILED_OR_RELEASED)
def test_a_refused_refund_of_a_failed_or_released_payment_is_money_kept(status: PaymentStatus) -> None:
    requested = (Refund(id="pay_1-1", amount=eur(15000)),)
    known, snapshot = payment(status=status, intent_id="pi_1", refunds=requested), at_provider(intent=captured_intent())
    decision = decide(known, ended(), snapshot, now=NOW, refused={"pay_1-1": "charge_disputed"})

    differing = differences(
        known, ended(), snapshot, decision, {(each.kind, each.provider_id): each.amount for each in movements(snapshot)}
    )

    assert decision.next_action is None
    assert [(each.kind, each.theirs) for each in differing] == [("MONEY_KEPT", "EUR 150.00")]


def test_a_pending_refund_is_not_money_kept() -> None:
    known = payment(**{**vars(CAPTURED), "refunds": REFUNDING})

    assert (
        kinds(known, ended(), at_provider(intent=captured_intent(), refunds=(refund(15000, RefundStatus.PENDING),)))
        == []
    )


def test_missing_and_surplus_ledger_rows_are_differences() -> None:
    snapshot = at_provider(intent=captured_intent())
    decision = decide(CAPTURED, approved(), snapshot, now=NOW)
    (authorise, capture) = movements(snapshot)
    invented = (authorise.kind, "ch_other")

    differing = differences(CAPTURED, approved(), snapshot, decision, {
        (authorise.kind, authorise.provider_id): eur(1), invented: eur(2),
    })  # fmt: skip

    assert [(each.kind, each.object_id, each.ours, each.theirs) for each in differing] == [
        ("LEDGER_LACKS", "ch_1", "authorise EUR 0.01", "authorise EUR 150.00"),
        ("LEDGER_LACKS", capture.provider_id, "not booked", "capture EUR 150.00"),
        ("LEDGER_EXCEEDS", "ch_other", "authorise EUR 0.02", "not there"),
    ]


@pytest.mark.parametrize(
    ("known", "unchanged_for", "interval"),
    [
        (AUTHORIZED, WATCHED * 2, EVERY),
        (payment(**{**vars(CAPTURED), "refunds": REFUNDING}), WATCHED * 2, EVERY),
        (CAPTURED, timedelta(0), EVERY),
        (CAPTURED, timedelta(days=2), timedelta(days=2)),
        (CAPTURED, WATCHED, None),
        (payment(status=PaymentStatus.VOIDED), WATCHED, None),
    ],
)
def test_the_interval_to_the_next_comparison_grows_with_the_time_since_the_last_change(
    known: Payment, unchanged_for: timedelta, interval: timedelta | None
) -> None:
    at = next_comparison(known, changed_at=NOW - unchanged_for, now=NOW, every=EVERY)

    assert at == (NOW + interval if interval else None)
