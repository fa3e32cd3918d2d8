"""Derives events from the provider's snapshot: one event at a time, depending on the payment's status."""

from collections.abc import Callable
from typing import Any

from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentMismatched,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
    PaymentVoided,
    RefundFailed,
)
from services.payments.domain.desired_state import DecisionInputs
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.domain.provider_snapshot import ChargeSnapshot, IntentSnapshot, IntentState, SessionState
from services.payments.lifecycle import RefundRetried, SessionNeverOpened

DomainEvent = (
    PaymentSessionOpened
    | SessionNeverOpened
    | PaymentSessionExpired
    | PaymentAuthorized
    | PaymentMismatched
    | PaymentCaptured
    | CancellationFeeCaptured
    | PaymentCaptureFailed
    | PaymentVoided
    | PaymentRefunded
    | RefundFailed
    | RefundRetried
    | PaymentDisputed
)


def next_event(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    """The next event that follows from the snapshot, or None where the payment agrees with the snapshot."""
    rule = _RULES.get(payment.status)
    return rule(payment, inputs) if rule else None


def mismatch(payment: Payment, intent: IntentSnapshot) -> str | None:
    """The code of the first difference between the authorisation and the payment, or None where they agree."""
    if intent.booking_id != payment.booking_id or intent.payment_id != payment.id:
        return "BOOKING_DIFFERS"
    if intent.amount.currency != payment.amount.currency:
        return "CURRENCY_DIFFERS"
    if intent.amount != payment.amount or payment.superseded:
        return "AMOUNT_DIFFERS"
    return None


def _before_the_session(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    if inputs.snapshot.session:
        return PaymentSessionOpened(
            **_ids(payment),
            session_id=inputs.snapshot.session.id,
            amount=payment.amount,
            opened_at=inputs.now,
            expires_at=payment.hold_expires_at,
        )
    return SessionNeverOpened(payment_id=payment.id) if inputs.time_to_pay_is_over(payment) else None


def _while_session_open(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    intent, session = inputs.snapshot.intent, inputs.snapshot.session
    if intent and intent.charge:
        code = mismatch(payment, intent)
        if code:
            return PaymentMismatched(**_ids(payment), reason_code=code, found_at=inputs.now)
        return _authorized(payment, intent, intent.charge)
    if session and session.state is SessionState.EXPIRED:
        return PaymentSessionExpired(**_ids(payment), session_id=session.id)
    return None


def _authorized(payment: Payment, intent: IntentSnapshot, charge: ChargeSnapshot) -> DomainEvent:
    return PaymentAuthorized(
        **_ids(payment),
        payment_intent_id=intent.id,
        amount=intent.amount,
        authorized_at=charge.created,
        capture_before=charge.capture_before,
    )


def _while_authorized(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    intent = inputs.snapshot.intent
    if intent is None:
        return None
    approved = inputs.desired.approves(payment)
    if intent.state is IntentState.TAKEN:
        return _captured(payment, inputs, intent) if approved or inputs.desired.ended else None
    if intent.state is IntentState.RELEASED:
        if approved:
            return _capture_failed(payment, inputs, intent.release_reason)
        return PaymentVoided(**_ids(payment), amount=payment.amount, voided_at=inputs.now)
    if approved and "capture" in inputs.refused:
        return _capture_failed(payment, inputs, inputs.refused["capture"])
    return None


def _captured(payment: Payment, inputs: DecisionInputs, intent: IntentSnapshot) -> DomainEvent:
    amount = payment.money(intent.received)
    if inputs.desired.ended and 0 < intent.received <= inputs.desired.fee_of(payment, intent.received):
        return CancellationFeeCaptured(**_ids(payment), amount=amount, captured_at=inputs.now)
    return PaymentCaptured(**_ids(payment), payment_intent_id=intent.id, amount=amount, captured_at=inputs.now)


def _capture_failed(payment: Payment, inputs: DecisionInputs, code: str | None) -> PaymentCaptureFailed:
    return PaymentCaptureFailed(**_ids(payment), reason_code=code or "authorization_released", failed_at=inputs.now)


def _while_voided(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    """A failed capture where staff approved a payment whose authorisation is released. None for any other payment."""
    intent = inputs.snapshot.intent
    if not inputs.desired.approves(payment):
        return None
    return _capture_failed(payment, inputs, intent.release_reason if intent else None)


def _while_captured(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    dispute = next(iter(inputs.snapshot.disputes), None)
    if dispute and payment.disputed_at is None:
        return PaymentDisputed(
            **_ids(payment), amount=dispute.amount, reason_code=dispute.reason, disputed_at=inputs.now
        )
    return _refund_refused(payment, inputs) or _refund_finished(payment, inputs)


def _refund_refused(payment: Payment, inputs: DecisionInputs) -> RefundFailed | None:
    for refund in payment.refunds:
        if refund.provider_id is None and refund.status is RefundStatus.PENDING and refund.id in inputs.refused:
            return RefundFailed(
                **_ids(payment),
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
                **_ids(payment),
                refund_id=refund.id,
                amount=refund.amount,
                refunded_total=payment.money(payment.refunded + refund.amount.amount),
                refunded_at=inputs.now,
            )
        if refund.status is RefundStatus.FAILED and status is not RefundStatus.FAILED:
            return RefundFailed(
                **_ids(payment),
                refund_id=refund.id,
                amount=refund.amount,
                reason_code=refund.reason or "unknown",
                failed_at=inputs.now,
                refunded_total=payment.money(
                    payment.refunded - (status is RefundStatus.SUCCEEDED) * refund.amount.amount
                ),
            )
    return None


def _ids(payment: Payment) -> dict[str, Any]:
    return {
        "booking_id": payment.booking_id,
        "hotel": payment.hotel,
        "payment_id": payment.id,
        "purpose": payment.purpose,
    }


_RULES: dict[PaymentStatus, Callable[[Payment, DecisionInputs], DomainEvent | None]] = {
    PaymentStatus.NONE: _before_the_session,
    PaymentStatus.SESSION_OPEN: _while_session_open,
    PaymentStatus.AUTHORIZED: _while_authorized,
    PaymentStatus.VOIDED: _while_voided,
    PaymentStatus.CAPTURED: _while_captured,
    PaymentStatus.PARTIALLY_REFUNDED: _while_captured,
    PaymentStatus.REFUNDED: _while_captured,
}
