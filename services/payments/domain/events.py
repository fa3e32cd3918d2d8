"""Derives events from the provider's snapshot: one event at a time, depending on the payment's status."""

from collections.abc import Callable

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
from services.payments.domain.payment import Payment
from services.payments.domain.provider_snapshot import (
    ChargeSnapshot,
    IntentSnapshot,
    IntentState,
    SessionSnapshot,
    SessionState,
)
from services.payments.domain.refund_events import while_captured, while_failed
from services.payments.lifecycle import MoneyReturned, RefundRetried, SessionNeverOpened

UNREQUESTED = "UNREQUESTED"  # the reason code of money that no decision of ours asked for

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
    | MoneyReturned
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
    if payment.is_unrequested:
        return PaymentMismatched(**payment.about, reason_code=UNREQUESTED, found_at=inputs.now)
    if inputs.snapshot.session:
        return PaymentSessionOpened(
            **payment.about,
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
            return PaymentMismatched(**payment.about, reason_code=code, found_at=inputs.now)
        return _authorized(payment, intent, intent.charge)
    if session and _is_over(session, payment, inputs):
        return PaymentSessionExpired(**payment.about, session_id=session.id)
    return None


def _is_over(session: SessionSnapshot, payment: Payment, inputs: DecisionInputs) -> bool:
    """Whether nobody can pay on the session any more. A session that is gone counts once the time to pay is over."""
    if session.state is SessionState.GONE:
        return inputs.time_to_pay_is_over(payment)
    return session.state is SessionState.EXPIRED


def _authorized(payment: Payment, intent: IntentSnapshot, charge: ChargeSnapshot) -> DomainEvent:
    return PaymentAuthorized(
        **payment.about,
        payment_intent_id=intent.id,
        amount=intent.amount,
        authorized_at=charge.created,
        capture_before=charge.capture_before,
        change_id=payment.change_id,
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
        return PaymentVoided(**payment.about, amount=payment.amount, voided_at=inputs.now)
    if approved and "capture" in inputs.refused:
        return _capture_failed(payment, inputs, inputs.refused["capture"])
    return None


def _captured(payment: Payment, inputs: DecisionInputs, intent: IntentSnapshot) -> DomainEvent:
    amount = payment.money(intent.received)
    if inputs.desired.ended and 0 < intent.received <= inputs.desired.fee_of(payment, intent.received):
        return CancellationFeeCaptured(**payment.about, amount=amount, captured_at=inputs.now)
    return PaymentCaptured(**payment.about, payment_intent_id=intent.id, amount=amount, captured_at=inputs.now)


def _capture_failed(payment: Payment, inputs: DecisionInputs, code: str | None) -> PaymentCaptureFailed:
    return PaymentCaptureFailed(**payment.about, reason_code=code or "authorization_released", failed_at=inputs.now)


def _while_voided(payment: Payment, inputs: DecisionInputs) -> DomainEvent | None:
    """The event `PaymentCaptureFailed` if staff approved the voided payment; otherwise None."""
    intent = inputs.snapshot.intent
    if not inputs.desired.approves(payment):
        return None
    return _capture_failed(payment, inputs, intent.release_reason if intent else None)


_RULES: dict[PaymentStatus, Callable[[Payment, DecisionInputs], DomainEvent | None]] = {
    PaymentStatus.NONE: _before_the_session,
    PaymentStatus.SESSION_OPEN: _while_session_open,
    PaymentStatus.AUTHORIZED: _while_authorized,
    PaymentStatus.VOIDED: _while_voided,
    PaymentStatus.FAILED: while_failed,
    PaymentStatus.CAPTURED: while_captured,
    PaymentStatus.PARTIALLY_REFUNDED: while_captured,
    PaymentStatus.REFUNDED: while_captured,
}
