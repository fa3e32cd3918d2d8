"""Applies an event to a payment. A payment's state is the result of its events."""

from dataclasses import replace
from typing import Any

from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputed,
    PaymentMismatched,
    PaymentRefunded,
    RefundFailed,
)
from services.payments import lifecycle
from services.payments.domain.events import DomainEvent
from services.payments.domain.payment import Payment, Refund, RefundStatus
from services.payments.lifecycle import LIFECYCLE


def evolve(payment: Payment, event: DomainEvent) -> Payment:
    """The payment after the event.

    Raises `Refusal` `ILLEGAL_TRANSITION` for a transition that the lifecycle does not have.
    """
    changes = _changes(payment, event)
    status = LIFECYCLE.after(payment.status, _lifecycle_row(payment, event))
    return replace(payment, status=status, version=payment.version + 1, **changes)


def _changes(payment: Payment, event: DomainEvent) -> dict[str, Any]:
    match event:
        case PaymentAuthorized():
            return {"authorized_at": event.authorized_at, "capture_before": event.capture_before}
        case PaymentCaptured() | CancellationFeeCaptured():
            return {"captured": event.amount.amount, "captured_at": event.captured_at}
        case PaymentDisputed():
            return {"disputed_at": event.disputed_at}
        case PaymentRefunded():
            refunds = _with_status(payment, event.refund_id, RefundStatus.SUCCEEDED)
            return {"refunded": event.refunded_total.amount, "refunds": refunds}
        case RefundFailed():
            amount = _succeeded_amount(payment, event.refund_id)
            refunds = _with_status(payment, event.refund_id, RefundStatus.FAILED)
            return {"refunded": payment.refunded - amount, "refunds": refunds}
        case PaymentMismatched() | lifecycle.MoneyReturned():
            returned = isinstance(event, lifecycle.MoneyReturned)
            status = RefundStatus.SUCCEEDED if returned else RefundStatus.FAILED
            return {"refunds": _with_status(payment, event.refund_id, status)}
        case lifecycle.RefundRetried():
            return {
                "refunds": tuple(
                    replace(each, retried=each.retried or each.waits_for_staff) for each in payment.refunds
                )
            }
        case _:
            return {}


def _lifecycle_row(payment: Payment, event: DomainEvent) -> type[Any]:
    """The class that names the event's row in the lifecycle.

    A refund has a row for full and one for partial. A failed refund has three: the refunded sum stays the same, it
    falls to zero, or it falls to the sum of other refunds. Any other event has the row of its own class.
    """
    match event:
        case PaymentRefunded():
            in_full = event.refunded_total.amount >= payment.captured
            return lifecycle.RefundedInFull if in_full else lifecycle.RefundedInPart
        case RefundFailed():
            returned = _succeeded_amount(payment, event.refund_id)
            if not returned:
                return lifecycle.RefundRefused
            return lifecycle.RefundReturned if returned == payment.refunded else lifecycle.RefundReturnedInPart
        case _:
            return type(event)


def _succeeded_amount(payment: Payment, refund_id: str) -> int:
    return sum(
        refund.amount.amount
        for refund in payment.refunds
        if _has_id(refund, refund_id) and refund.status is RefundStatus.SUCCEEDED
    )


def _with_status(payment: Payment, refund_id: str, status: RefundStatus) -> tuple[Refund, ...]:
    return tuple(replace(refund, status=status) if _has_id(refund, refund_id) else refund for refund in payment.refunds)


def _has_id(refund: Refund, refund_id: str) -> bool:
    return refund_id in (refund.provider_id, refund.id)
