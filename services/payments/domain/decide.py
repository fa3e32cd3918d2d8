"""The one decision of payments: what we know, how the booking stands and what the provider shows, to facts and a call.

It looks at states, never at notices: however often and in whatever order these come, it ends in the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments import PaymentStatus
from services.payments.domain.evolve import evolve
from services.payments.domain.facts import Fact, Scene, next_fact
from services.payments.domain.movements import Movement, movements
from services.payments.domain.payment import Payment, Refund, Standing
from services.payments.domain.seen import Seen, SeenRefund
from services.payments.domain.wants import GiveBack, Want, wanted
from services.payments.lifecycle import RefundRetried


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact, and the transition that it was."""

    fact: Fact
    version: int
    before: PaymentStatus
    after: PaymentStatus


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The payment as it is now, what made it so, the money seen to have moved, and the next call."""

    payment: Payment
    changes: tuple[Change, ...]
    movements: tuple[Movement, ...]
    want: Want | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What has happened, in order."""
        return tuple(change.fact for change in self.changes)


def decide(
    payment: Payment, standing: Standing, seen: Seen, *, now: datetime, refused: Mapping[str, str] | None = None
) -> Decision:
    """Bring what we know up to what was seen, and say what is to be done next. Total: it refuses nothing."""
    scene = Scene(standing=standing, seen=seen, refused=refused or {}, now=now)
    payment = _bound(payment, seen)
    changes: list[Change] = []
    while (fact := next_fact(payment, scene)) is not None:
        before, payment = payment.status, evolve(payment, fact)
        changes.append(Change(fact=fact, version=payment.version, before=before, after=payment.status))
    want = wanted(payment, scene)
    if isinstance(want, GiveBack) and want.refund not in payment.refunds:
        payment = replace(payment, refunds=(*payment.refunds, want.refund))
    return Decision(payment=payment, changes=tuple(changes), movements=movements(seen), want=want)


def retry(payment: Payment) -> Decision | None:
    """Have the refunds that failed tried again; None where none waits for that. What is owed now is seen by looking."""
    if not any(refund.waits_for_people for refund in payment.refunds):
        return None
    fact = RefundRetried(payment_id=payment.id)
    after = evolve(payment, fact)
    change = Change(fact=fact, version=after.version, before=payment.status, after=after.status)
    return Decision(payment=after, changes=(change,), movements=(), want=None)


def _bound(payment: Payment, seen: Seen) -> Payment:
    """The payment with the provider's names for its parts, as far as they are known now."""
    if seen.session and payment.session_id is None:
        payment = replace(payment, session_id=seen.session.id, session_url=seen.session.url)
    if seen.intent and seen.intent.charge and payment.intent_id is None:
        payment = replace(payment, intent_id=seen.intent.id)
    for refund in seen.refunds:
        payment = replace(payment, refunds=_with(payment.refunds, refund))
    return payment


def _with(refunds: tuple[Refund, ...], seen: SeenRefund) -> tuple[Refund, ...]:
    if any(refund.provider_id == seen.id for refund in refunds):
        return refunds
    if any(refund.id == seen.refund_id for refund in refunds):
        return tuple(
            replace(refund, provider_id=seen.id, amount=seen.amount) if refund.id == seen.refund_id else refund
            for refund in refunds
        )
    return (*refunds, Refund(id=seen.id, amount=seen.amount, provider_id=seen.id))
