"""Derives the events of captured money: disputes, and refunds that succeeded or failed."""

from contracts.payments.events import PaymentDisputed, PaymentMismatched, PaymentRefunded, RefundFailed
from services.payments.domain.desired_state import DecisionInputs
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.lifecycle import MoneyReturned

REFUND_FAILED = "REFUND_FAILED"  # the reason code of money that does not match its booking and cannot be refunded


def while_captured(payment: Payment, inputs: DecisionInputs) -> PaymentDisputed | PaymentRefunded | RefundFailed | None:
    """The dispute, or the end of a refund, of captured money."""
    dispute = next(iter(inputs.snapshot.disputes), None)
    if dispute and payment.disputed_at is None:
        return PaymentDisputed(
            **payment.about, amount=dispute.amount, reason_code=dispute.reason, disputed_at=inputs.now
        )
    return _refund_refused(payment, inputs) or _refund_finished(payment, inputs)


def _refund_refused(payment: Payment, inputs: DecisionInputs) -> RefundFailed | None:
    for refund in payment.refunds:
        if refund.provider_id is None and refund.status is RefundStatus.PENDING and refund.id in inputs.refused:
            return RefundFailed(
                **payment.about,
                refund_id=refund.id,
                amount=refund.amount,
                reason_code=inputs.refused[refund.id],
                failed_at=inputs.now,
                refunded_total=payment.money(payment.refunded),
            )
    return None


def _refund_finished(payment: Payment, inputs: DecisionInputs) -> PaymentRefunded | RefundFailed | None:
    known = {refund.provider_id: refund for refund in payment.refunds}
    for refund in inputs.snapshot.refunds:
        status = known[refund.id].status
        if refund.status is RefundStatus.SUCCEEDED and status is RefundStatus.PENDING:
            return PaymentRefunded(
                **payment.about,
                refund_id=refund.id,
                amount=refund.amount,
                refunded_total=payment.money(payment.refunded + refund.amount.amount),
                refunded_at=inputs.now,
            )
        if refund.status is RefundStatus.FAILED and status is not RefundStatus.FAILED:
            return RefundFailed(
                **payment.about,
                refund_id=refund.id,
                amount=refund.amount,
                reason_code=refund.reason or "unknown",
                failed_at=inputs.now,
                refunded_total=payment.money(
                    payment.refunded - (status is RefundStatus.SUCCEEDED) * refund.amount.amount
                ),
            )
    return None


def while_failed(payment: Payment, inputs: DecisionInputs) -> PaymentMismatched | MoneyReturned | None:
    """The end of a refund that returns the money of a failed payment; staff are informed of one that failed."""
    states = {each.id: each.status for each in inputs.snapshot.refunds}
    for refund in payment.refunds:
        refund_id = refund.provider_id or refund.id
        status = RefundStatus.FAILED if refund.id in inputs.refused else states.get(refund_id)
        if status is RefundStatus.SUCCEEDED and refund.status is RefundStatus.PENDING:
            return MoneyReturned(payment_id=payment.id, refund_id=refund_id)
        if status is RefundStatus.FAILED and refund.status is not RefundStatus.FAILED:
            return PaymentMismatched(
                **payment.about, reason_code=REFUND_FAILED, found_at=inputs.now, refund_id=refund_id
            )
    return None
