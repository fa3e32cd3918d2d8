"""What has happened, given what the provider shows: one fact at a time, from where the payment stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.payments import (
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
from services.payments.domain.payment import Payment, RefundStatus, Standing
from services.payments.domain.seen import IntentState, Seen, SeenCharge, SeenIntent, SessionState
from services.payments.lifecycle import RefundRetried, SessionNeverOpened

Fact = (
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


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a decision rests on. `refused` maps what the provider refused for good to the code it gave."""

    standing: Standing
    seen: Seen
    refused: Mapping[str, str]
    now: datetime

    def over(self, payment: Payment) -> bool:
        """Whether the time to pay is over: the booking or its hold has ended, or the amount has changed."""
        return self.standing.ended or payment.superseded or self.now >= payment.hold_expires_at


def next_fact(payment: Payment, scene: Scene) -> Fact | None:
    """The next thing that has happened and is not recorded yet; None when all is."""
    find = _BY_STATUS.get(payment.status)
    return find(payment, scene) if find else None


def mismatch(payment: Payment, intent: SeenIntent) -> str | None:
    """What about the authorisation is not the booking's, as a code; None where all fits."""
    if intent.booking_id != payment.booking_id or intent.payment_id != payment.id:
        return "BOOKING_DIFFERS"
    if intent.amount.currency != payment.amount.currency:
        return "CURRENCY_DIFFERS"
    if intent.amount != payment.amount or payment.superseded:
        return "AMOUNT_DIFFERS"
    return None


def _before_the_page(payment: Payment, scene: Scene) -> Fact | None:
    if scene.seen.session:
        return PaymentSessionOpened(
            **_whose(payment),
            session_id=scene.seen.session.id,
            amount=payment.amount,
            opened_at=scene.now,
            expires_at=payment.hold_expires_at,
        )
    return SessionNeverOpened(payment_id=payment.id) if scene.over(payment) else None


def _while_open(payment: Payment, scene: Scene) -> Fact | None:
    intent, session = scene.seen.intent, scene.seen.session
    if intent and intent.charge:
        wrong = mismatch(payment, intent)
        if wrong:
            return PaymentMismatched(**_whose(payment), reason_code=wrong, found_at=scene.now)
        return _authorized(payment, intent, intent.charge)
    if session and session.state is SessionState.EXPIRED:
        return PaymentSessionExpired(**_whose(payment), session_id=session.id)
    return None


def _authorized(payment: Payment, intent: SeenIntent, charge: SeenCharge) -> Fact:
    return PaymentAuthorized(
        **_whose(payment),
        payment_intent_id=intent.id,
        amount=intent.amount,
        authorized_at=charge.created,
        capture_before=charge.capture_before,
    )


def _while_held(payment: Payment, scene: Scene) -> Fact | None:
    intent = scene.seen.intent
    if intent is None:
        return None
    approved = scene.standing.approves(payment)
    if intent.state is IntentState.TAKEN:
        return _taken(payment, scene, intent) if approved or scene.standing.ended else None
    if intent.state is IntentState.RELEASED:
        if approved:
            return _capture_failed(payment, scene, intent.release_reason)
        return PaymentVoided(**_whose(payment), amount=payment.amount, voided_at=scene.now)
    if approved and "capture" in scene.refused:
        return _capture_failed(payment, scene, scene.refused["capture"])
    return None


def _taken(payment: Payment, scene: Scene, intent: SeenIntent) -> Fact:
    taken = payment.money(intent.received)
    if scene.standing.ended and 0 < intent.received <= scene.standing.fee_of(payment, intent.received):
        return CancellationFeeCaptured(**_whose(payment), amount=taken, captured_at=scene.now)
    return PaymentCaptured(**_whose(payment), payment_intent_id=intent.id, amount=taken, captured_at=scene.now)


def _capture_failed(payment: Payment, scene: Scene, code: str | None) -> PaymentCaptureFailed:
    return PaymentCaptureFailed(**_whose(payment), reason_code=code or "authorization_released", failed_at=scene.now)


def _when_released(payment: Payment, scene: Scene) -> Fact | None:
    """Staff approved what the provider had already released: the capture that they asked for cannot be made."""
    intent = scene.seen.intent
    if not scene.standing.approves(payment):
        return None
    return _capture_failed(payment, scene, intent.release_reason if intent else None)


def _while_taken(payment: Payment, scene: Scene) -> Fact | None:
    dispute = next(iter(scene.seen.disputes), None)
    if dispute and payment.disputed_at is None:
        return PaymentDisputed(
            **_whose(payment), amount=dispute.amount, reason_code=dispute.reason, disputed_at=scene.now
        )
    return _refund_refused(payment, scene) or _refund_answered(payment, scene)


def _refund_refused(payment: Payment, scene: Scene) -> RefundFailed | None:
    for refund in payment.refunds:
        if refund.provider_id is None and refund.status is RefundStatus.PENDING and refund.id in scene.refused:
            return RefundFailed(
                **_whose(payment),
                refund_id=refund.id,
                amount=refund.amount,
                reason_code=scene.refused[refund.id],
                failed_at=scene.now,
                refunded_total=payment.money(payment.refunded),
            )
    return None


def _refund_answered(payment: Payment, scene: Scene) -> PaymentRefunded | RefundFailed | None:
    known = {refund.provider_id: refund for refund in payment.refunds}
    for seen in scene.seen.refunds:
        status = known[seen.id].status
        if seen.status is RefundStatus.SUCCEEDED and status is RefundStatus.PENDING:
            return PaymentRefunded(
                **_whose(payment),
                refund_id=seen.id,
                amount=seen.amount,
                refunded_total=payment.money(payment.refunded + seen.amount.amount),
                refunded_at=scene.now,
            )
        if seen.status is RefundStatus.FAILED and status is not RefundStatus.FAILED:
            return RefundFailed(
                **_whose(payment),
                refund_id=seen.id,
                amount=seen.amount,
                reason_code=seen.reason or "unknown",
                failed_at=scene.now,
                refunded_total=payment.money(
                    payment.refunded - (status is RefundStatus.SUCCEEDED) * seen.amount.amount
                ),
            )
    return None


def _whose(payment: Payment) -> dict[str, Any]:
    return {
        "booking_id": payment.booking_id,
        "hotel": payment.hotel,
        "payment_id": payment.id,
        "purpose": payment.purpose,
    }


_BY_STATUS: dict[PaymentStatus, Callable[[Payment, Scene], Fact | None]] = {
    PaymentStatus.NONE: _before_the_page,
    PaymentStatus.SESSION_OPEN: _while_open,
    PaymentStatus.AUTHORIZED: _while_held,
    PaymentStatus.VOIDED: _when_released,
    PaymentStatus.CAPTURED: _while_taken,
    PaymentStatus.PARTIALLY_REFUNDED: _while_taken,
    PaymentStatus.REFUNDED: _while_taken,
}
