"""What a fact does to a payment. State is what its facts did to it."""

from dataclasses import replace
from typing import Any

from contracts.payments import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputed,
    PaymentRefunded,
    RefundFailed,
)
from services.payments import lifecycle
from services.payments.domain.facts import Fact
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.lifecycle import LIFECYCLE


def evolve(payment: Payment, fact: Fact) -> Payment:
    """The payment after the fact. Refused `ILLEGAL_TRANSITION` where the lifecycle leaves it out."""
    changes = _changes(payment, fact)
    status = LIFECYCLE.after(payment.status, _happening(payment, fact))
    return replace(payment, status=status, version=payment.version + 1, **changes)


def _changes(payment: Payment, fact: Fact) -> dict[str, Any]:
    match fact:
        case PaymentAuthorized():
            return {"authorized_at": fact.authorized_at, "capture_before": fact.capture_before}
        case PaymentCaptured() | CancellationFeeCaptured():
            return {"captured": fact.amount.amount, "captured_at": fact.captured_at}
        case PaymentDisputed():
            return {"disputed_at": fact.disputed_at}
        case PaymentRefunded():
            refunds = _marked(payment, fact.refund_id, RefundStatus.SUCCEEDED)
            return {"refunded": fact.refunded_total.amount, "refunds": refunds}
        case RefundFailed():
            returned = _succeeded(payment, fact.refund_id)
            refunds = _marked(payment, fact.refund_id, RefundStatus.FAILED)
            return {"refunded": payment.refunded - returned, "refunds": refunds}
        case lifecycle.RefundRetried():
            return {
                "refunds": tuple(
                    replace(each, retried=each.retried or each.waits_for_people) for each in payment.refunds
                )
            }
        case _:
            return {}


def _happening(payment: Payment, fact: Fact) -> type[Any]:
    """The row of the lifecycle that this fact is: of a refund, how much is left decides."""
    match fact:
        case PaymentRefunded():
            whole = fact.refunded_total.amount >= payment.captured
            return lifecycle.RefundedInFull if whole else lifecycle.RefundedInPart
        case RefundFailed():
            returned = _succeeded(payment, fact.refund_id)
            if not returned:
                return lifecycle.RefundRefused
            return lifecycle.RefundReturned if returned == payment.refunded else lifecycle.RefundReturnedInPart
        case _:
            return type(fact)


def _succeeded(payment: Payment, refund_id: str) -> int:
    return sum(
        refund.amount.amount
        for refund in payment.refunds
        if _named(refund, refund_id) and refund.status is RefundStatus.SUCCEEDED
    )


def _marked(payment: Payment, refund_id: str, status: RefundStatus) -> tuple[Refund, ...]:
    return tuple(replace(refund, status=status) if _named(refund, refund_id) else refund for refund in payment.refunds)


def _named(refund: Refund, refund_id: str) -> bool:
    return refund_id in (refund.provider_id, refund.id)
