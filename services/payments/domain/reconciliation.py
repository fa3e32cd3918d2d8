"""Finds differences between a payment and the provider's snapshot, and sets the time of the next comparison."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from contracts.payments.reconciliation import FindingKind, ReconciliationFinding
from contracts.values import Money
from services.payments.domain.decide import Decision
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.movements import Movement, MovementKind, movements
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.domain.provider_snapshot import IntentState, ProviderSnapshot
from services.payments.lifecycle import FAILED_OR_RELEASED, UNFINISHED

EVERY = timedelta(hours=1)
WATCHED = timedelta(days=30)  # after its last change a finished payment is compared for so long, at growing intervals

LedgerRows = Mapping[tuple[MovementKind, str], Money]


def next_comparison(payment: Payment, *, changed_at: datetime, now: datetime, every: timedelta) -> datetime | None:
    """The time (UTC) of the payment's next comparison, or None where the payment is no longer compared.

    The interval for an unfinished payment is `every`. A finished payment is still compared, because a webhook
    event about a refund or dispute may be lost. The interval grows with the time since the payment's last change.
    """
    under_way = any(refund.status is RefundStatus.PENDING for refund in payment.refunds)
    if payment.status in UNFINISHED or under_way:
        return now + every
    quiet = now - changed_at
    return now + max(every, quiet) if quiet < WATCHED else None


def differences(
    payment: Payment, desired: DesiredState, snapshot: ProviderSnapshot, decision: Decision, ledger: LedgerRows
) -> list[ReconciliationFinding]:
    """The differences between a payment and its snapshot. `ledger` has our movements; `decision` is for `snapshot`."""
    differing = [*_of_the_state(payment, snapshot, decision), *_of_the_ledger(payment, movements(snapshot), ledger)]
    if snapshot.session_is_gone and decision.payment.status in UNFINISHED:
        differing.append(missing(payment, "the session is gone"))
    excess = _money_not_due(payment, desired, snapshot)
    if excess is not None:
        ours = "nothing is due" if desired.fee is None else f"fee {desired.fee}"
        differing.append(
            _difference(payment, FindingKind.MONEY_KEPT, payment.intent_id or payment.id, ours, str(excess))
        )
    elif decision.next_action and decision.payment.status is payment.status:
        due = f"{decision.next_action.action} is wanted"
        differing.append(_difference(payment, FindingKind.CALL_OUTSTANDING, payment.id, due, "not done"))
    return differing


def missing(payment: Payment, why: str) -> ReconciliationFinding:
    """The difference for a payment whose object the provider does not have."""
    object_id = payment.intent_id or payment.session_id or payment.id
    return _difference(payment, FindingKind.MISSING_AT_PROVIDER, object_id, payment.status, why)


def _of_the_state(payment: Payment, snapshot: ProviderSnapshot, decision: Decision) -> Iterator[ReconciliationFinding]:
    """Differences of status and sums. The sums of a failed or released payment are not compared."""
    if decision.payment.status is not payment.status:
        yield _difference(payment, FindingKind.STATUS_DIFFERS, payment.id, payment.status, decision.payment.status)
    if decision.payment.status in FAILED_OR_RELEASED:
        return
    charge = snapshot.intent.charge if snapshot.intent else None
    captured = charge.captured if charge else 0
    if captured != payment.captured:
        ours, theirs = str(payment.money(payment.captured)), str(payment.money(captured))
        yield _difference(payment, FindingKind.CAPTURED_DIFFERS, charge.id if charge else payment.id, ours, theirs)
    refunded = sum(each.amount.amount for each in snapshot.refunds if each.status is RefundStatus.SUCCEEDED)
    if refunded != payment.refunded:
        ours, theirs = str(payment.money(payment.refunded)), str(payment.money(refunded))
        yield _difference(payment, FindingKind.REFUNDED_DIFFERS, payment.intent_id or payment.id, ours, theirs)


def _of_the_ledger(
    payment: Payment, moved: tuple[Movement, ...], ledger: LedgerRows
) -> Iterator[ReconciliationFinding]:
    at_provider = {(each.kind, each.provider_id): each.amount for each in moved}
    for (kind, object_id), amount in at_provider.items():
        ours = ledger.get((kind, object_id))
        if ours != amount:
            row = "not booked" if ours is None else f"{kind} {ours}"
            yield _difference(payment, FindingKind.LEDGER_LACKS, object_id, row, f"{kind} {amount}")
    for (kind, object_id), amount in ledger.items():
        if (kind, object_id) not in at_provider:
            yield _difference(payment, FindingKind.LEDGER_EXCEEDS, object_id, f"{kind} {amount}", "not there")


def _money_not_due(payment: Payment, desired: DesiredState, snapshot: ProviderSnapshot) -> Money | None:
    """The money that is held or captured although the hotel may not keep it. None where all money is due."""
    intent = snapshot.intent
    if intent is None or intent.charge is None or not (desired.ended or payment.status in FAILED_OR_RELEASED):
        return None
    if intent.state is IntentState.HELD:
        return intent.amount
    refunded = sum(each.amount.amount for each in snapshot.refunds if each.status is not RefundStatus.FAILED)
    lost = sum(each.amount.amount for each in snapshot.disputes if each.withdrawn and not each.won)
    due = 0 if payment.status in FAILED_OR_RELEASED else desired.fee_of(payment, intent.charge.captured)
    excess = intent.charge.captured - refunded - lost - due
    return Money(excess, intent.amount.currency) if excess > 0 else None


def _difference(payment: Payment, kind: FindingKind, object_id: str, ours: str, theirs: str) -> ReconciliationFinding:
    return ReconciliationFinding(
        kind=kind,
        object_id=object_id,
        ours=str(ours),
        theirs=str(theirs),
        payment_id=payment.id,
        booking_id=payment.booking_id,
        hotel=payment.hotel,
    )
