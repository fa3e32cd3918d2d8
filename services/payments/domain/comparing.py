"""Where what we know and what the provider shows part, and when to look for that again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.payments import FindingKind, PaymentStatus
from contracts.values import Money
from services.payments.domain.decide import Decision
from services.payments.domain.movements import Kind, Movement, movements
from services.payments.domain.payment import Payment, RefundStatus, Standing
from services.payments.domain.seen import IntentState, Seen

EVERY = timedelta(hours=1)
WATCHED = timedelta(days=30)  # for so long after its last change a settled payment is looked at, ever more seldom

_UNSETTLED = frozenset({PaymentStatus.NONE, PaymentStatus.SESSION_OPEN, PaymentStatus.AUTHORIZED})
_GIVEN_UP = frozenset({PaymentStatus.FAILED, PaymentStatus.VOIDED, PaymentStatus.SESSION_EXPIRED})

Booked = Mapping[tuple[Kind, str], Money]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What we have and what they have, in words."""

    kind: FindingKind
    object_id: str
    ours: str
    theirs: str


def next_comparison(payment: Payment, *, changed_at: datetime, now: datetime, every: timedelta) -> datetime | None:
    """When to compare again; None where it is at rest.

    What money is still to come of is compared regularly. What is settled may still be refunded or disputed unheard, or
    a refund fail after all: the longer nothing has changed, the longer the pause.
    """
    under_way = any(refund.status is RefundStatus.PENDING for refund in payment.refunds)
    if payment.status in _UNSETTLED or under_way:
        return now + every
    quiet = now - changed_at
    return now + max(every, quiet) if quiet < WATCHED else None


def differences(
    payment: Payment, standing: Standing, seen: Seen, decision: Decision, booked: Booked
) -> list[Difference]:
    """All that differs. `decision` is what looking would conclude from the same sight, `booked` our ledger's rows."""
    found = [*_of_the_state(payment, seen, decision), *_of_the_ledger(movements(seen), booked)]
    kept = _kept(payment, standing, seen)
    if kept:
        ours = f"fee {_words(standing.fee)}" if standing.fee else "nothing is due"
        found.append(_difference(FindingKind.MONEY_KEPT, payment.intent_id or payment.id, ours, _words(kept)))
    elif decision.want and decision.payment.status is payment.status:
        wanted = f"{decision.want.action} is wanted"
        found.append(_difference(FindingKind.CALL_OUTSTANDING, payment.id, wanted, "not done"))
    return found


def missing(payment: Payment, why: str) -> Difference:
    """The provider does not know what we have of it."""
    named = payment.intent_id or payment.session_id or payment.id
    return _difference(FindingKind.MISSING_AT_PROVIDER, named, payment.status, why)


def _of_the_state(payment: Payment, seen: Seen, decision: Decision) -> Iterator[Difference]:
    """A payment that came to nothing has no sums of its own: what was taken all the same goes back, and is booked."""
    if decision.payment.status is not payment.status:
        yield _difference(FindingKind.STATUS_DIFFERS, payment.id, payment.status, decision.payment.status)
    if decision.payment.status in _GIVEN_UP:
        return
    charge = seen.intent.charge if seen.intent else None
    captured = charge.captured if charge else 0
    if captured != payment.captured:
        ours, theirs = _words(payment.money(payment.captured)), _words(payment.money(captured))
        yield _difference(FindingKind.CAPTURED_DIFFERS, charge.id if charge else payment.id, ours, theirs)
    refunded = sum(each.amount.amount for each in seen.refunds if each.status is RefundStatus.SUCCEEDED)
    if refunded != payment.refunded:
        ours, theirs = _words(payment.money(payment.refunded)), _words(payment.money(refunded))
        yield _difference(FindingKind.REFUNDED_DIFFERS, payment.intent_id or payment.id, ours, theirs)


def _of_the_ledger(moved: tuple[Movement, ...], booked: Booked) -> Iterator[Difference]:
    shown = {(each.kind, each.provider_id): each.amount for each in moved}
    for (kind, name), amount in shown.items():
        ours = booked.get((kind, name))
        if ours != amount:
            said = f"{kind} {_words(ours)}" if ours else "not booked"
            yield _difference(FindingKind.LEDGER_LACKS, name, said, f"{kind} {_words(amount)}")
    for (kind, name), amount in booked.items():
        if (kind, name) not in shown:
            yield _difference(FindingKind.LEDGER_EXCEEDS, name, f"{kind} {_words(amount)}", "not there")


def _kept(payment: Payment, standing: Standing, seen: Seen) -> Money | None:
    """Money of the guest's that is held or was taken and is not due to us."""
    intent = seen.intent
    if intent is None or intent.charge is None or not (standing.ended or payment.status in _GIVEN_UP):
        return None
    if intent.state is IntentState.HELD:
        return intent.amount
    back = sum(each.amount.amount for each in seen.refunds if each.status is not RefundStatus.FAILED)
    lost = sum(each.amount.amount for each in seen.disputes if each.withdrawn and not each.won)
    due = 0 if payment.status in _GIVEN_UP else standing.fee_of(payment, intent.charge.captured)
    kept = intent.charge.captured - back - lost - due
    return Money(kept, intent.amount.currency) if kept > 0 else None


def _difference(kind: FindingKind, name: str, ours: str, theirs: str) -> Difference:
    return Difference(kind=kind, object_id=name, ours=str(ours), theirs=str(theirs))


def _words(money: Money | None) -> str:
    return f"{money.currency} {money.text}" if money else "nothing"
