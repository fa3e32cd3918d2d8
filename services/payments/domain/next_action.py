"""Chooses the next call to the provider that brings the money closer to its desired state."""

from contracts.data import Data
from contracts.payments.events import PaymentStatus
from services.payments.domain.desired_state import DecisionInputs
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.domain.provider_snapshot import ChargeSnapshot, IntentSnapshot, IntentState, SessionState
from services.payments.lifecycle import FAILED_OR_RELEASED


class Expire(Data):
    """Close the checkout session."""

    session_id: str
    action = "expire"


class Capture(Data):
    """Capture `amount` minor units of the authorisation and release the rest."""

    intent_id: str
    amount: int
    action = "capture"


class Void(Data):
    """Release the whole authorisation."""

    intent_id: str
    action = "void"


class IssueRefund(Data):
    """Refund the amount of `refund`."""

    intent_id: str
    refund: Refund

    @property
    def action(self) -> str:
        """The action's name, `refund-<id>`, which is different for every refund."""
        return f"refund-{self.refund.id}"


ProviderAction = Expire | Capture | Void | IssueRefund


def next_action(payment: Payment, inputs: DecisionInputs) -> ProviderAction | None:
    """The next call to the provider, or None where no call is due."""
    session, intent = inputs.snapshot.session, inputs.snapshot.intent
    if session and session.state is SessionState.OPEN and _session_must_close(payment, inputs):
        return Expire(session_id=session.id)
    if intent is None or intent.charge is None:
        return None
    if intent.state is IntentState.HELD:
        return _for_an_authorisation(payment, inputs, intent)
    if intent.state is IntentState.TAKEN:
        return _for_captured_money(payment, inputs, intent, intent.charge)
    return None


def _session_must_close(payment: Payment, inputs: DecisionInputs) -> bool:
    if payment.status is PaymentStatus.SESSION_OPEN:
        return inputs.time_to_pay_is_over(payment)
    return payment.status in FAILED_OR_RELEASED


def _for_an_authorisation(payment: Payment, inputs: DecisionInputs, intent: IntentSnapshot) -> ProviderAction | None:
    if payment.status in FAILED_OR_RELEASED:
        return Void(intent_id=intent.id)
    if payment.status is not PaymentStatus.AUTHORIZED:
        return None
    if inputs.desired.ended:
        fee = inputs.desired.fee_of(payment, intent.amount.amount)
        if fee and "capture" not in inputs.refused:
            return Capture(intent_id=intent.id, amount=fee)
        return Void(intent_id=intent.id)
    if inputs.desired.approves(payment):
        return Capture(intent_id=intent.id, amount=inputs.desired.approved_amount(payment))
    return None


def _for_captured_money(
    payment: Payment, inputs: DecisionInputs, intent: IntentSnapshot, charge: ChargeSnapshot
) -> IssueRefund | None:
    for refund in payment.refunds:
        if refund.status is RefundStatus.PENDING and refund.provider_id is None and refund.id not in inputs.refused:
            return IssueRefund(intent_id=intent.id, refund=refund)
    if any(refund.waits_for_staff for refund in payment.refunds):
        return None
    amount = charge.captured - payment.refunded_or_pending - _amount_due(payment, inputs, charge)
    if amount <= 0:
        return None
    refund_id = f"{payment.id}-{len(payment.refunds) + 1}"
    return IssueRefund(intent_id=intent.id, refund=Refund(id=refund_id, amount=payment.money(amount)))


def _amount_due(payment: Payment, inputs: DecisionInputs, charge: ChargeSnapshot) -> int:
    """The minor units of the captured money that the hotel may keep."""
    if payment.status in FAILED_OR_RELEASED:
        return 0
    return inputs.desired.fee_of(payment, charge.captured) if inputs.desired.ended else charge.captured
