"""What is to be done at the provider next, so that money and booking agree."""

from dataclasses import dataclass

from contracts.payments import PaymentStatus
from services.payments.domain.facts import Scene
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.domain.seen import IntentState, SeenCharge, SeenIntent, SessionState


@dataclass(frozen=True, kw_only=True)
class Expire:
    """Close the page."""

    session_id: str
    action = "expire"


@dataclass(frozen=True, kw_only=True)
class Capture:
    """Take this much of the hold, in minor units, and release the rest."""

    intent_id: str
    amount: int
    action = "capture"


@dataclass(frozen=True, kw_only=True)
class Void:
    """Release the whole hold."""

    intent_id: str
    action = "void"


@dataclass(frozen=True, kw_only=True)
class GiveBack:
    """Give this refund's amount back."""

    intent_id: str
    refund: Refund

    @property
    def action(self) -> str:
        """Each refund is an action of its own."""
        return f"refund-{self.refund.id}"


Want = Expire | Capture | Void | GiveBack

_GIVEN_UP = frozenset({PaymentStatus.FAILED, PaymentStatus.VOIDED, PaymentStatus.SESSION_EXPIRED})


def wanted(payment: Payment, scene: Scene) -> Want | None:
    """The one next call, or None where the provider has the payment as it should be."""
    session, intent = scene.seen.session, scene.seen.intent
    if session and session.state is SessionState.OPEN and _page_must_close(payment, scene):
        return Expire(session_id=session.id)
    if intent is None or intent.charge is None:
        return None
    if intent.state is IntentState.HELD:
        return _of_a_hold(payment, scene, intent)
    if intent.state is IntentState.TAKEN:
        return _of_taken_money(payment, scene, intent, intent.charge)
    return None


def _page_must_close(payment: Payment, scene: Scene) -> bool:
    if payment.status is PaymentStatus.SESSION_OPEN:
        return scene.over(payment)
    return payment.status in _GIVEN_UP


def _of_a_hold(payment: Payment, scene: Scene, intent: SeenIntent) -> Want | None:
    if payment.status in _GIVEN_UP:
        return Void(intent_id=intent.id)
    if payment.status is not PaymentStatus.AUTHORIZED:
        return None
    if scene.standing.ended:
        fee = scene.standing.fee_of(payment, intent.amount.amount)
        if fee and "capture" not in scene.refused:
            return Capture(intent_id=intent.id, amount=fee)
        return Void(intent_id=intent.id)
    if scene.standing.approves(payment):
        return Capture(intent_id=intent.id, amount=payment.amount.amount)
    return None


def _of_taken_money(payment: Payment, scene: Scene, intent: SeenIntent, charge: SeenCharge) -> GiveBack | None:
    for refund in payment.refunds:
        if refund.status is RefundStatus.PENDING and refund.provider_id is None and refund.id not in scene.refused:
            return GiveBack(intent_id=intent.id, refund=refund)
    if any(refund.waits_for_people for refund in payment.refunds):
        return None
    back = charge.captured - payment.given_back - _kept(payment, scene, charge)
    if back <= 0:
        return None
    name = f"{payment.id}-{len(payment.refunds) + 1}"
    return GiveBack(intent_id=intent.id, refund=Refund(id=name, amount=payment.money(back)))


def _kept(payment: Payment, scene: Scene, charge: SeenCharge) -> int:
    if payment.status in _GIVEN_UP:
        return 0
    return scene.standing.fee_of(payment, charge.captured) if scene.standing.ended else charge.captured
