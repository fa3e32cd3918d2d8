"""Decides which events of the booking follow from a payment event."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.bookings.approval import BookingApproved, BookingAwaitsApproval, BookingConfirmed
from contracts.bookings.balance import BalancePaymentFailed
from contracts.bookings.events import BookingEvent, BookingPaymentFailed, PaymentAwaited, PaymentTurnedAway
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed
from contracts.bookings.status import BookingStatus
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentEvent,
    PaymentMismatched,
    PaymentRefunded,
    PaymentSessionOpened,
    PaymentStatus,
    PaymentVoided,
    RefundFailed,
)
from contracts.values import SYSTEM
from services.bookings.domain import balance, deadlines, money_due, refunds
from services.bookings.domain.booking import Booking, Charge
from services.bookings.lifecycle import CALLED_OFF, HAS_A_FEE, PAST_PAYING

PROVIDER_NAME = "stripe"
STAGE_OF_CAPTURE = BookingStatus.PENDING_APPROVAL


def session_opened(booking: Booking, event: PaymentSessionOpened) -> Sequence[BookingEvent]:
    """Return `PaymentAwaited` for a held booking, and no event for any other booking.

    The first page prolongs the hold; a further page does not.
    """
    if booking.status is not BookingStatus.PENDING_PAYMENT:
        return ()
    return (
        PaymentAwaited(
            **booking.about,
            payment_provider=PROVIDER_NAME,
            payment_reference=event.session_id,
            opened_at=event.opened_at,
            expires_at=deadlines.pay_by(booking),
        ),
    )


def authorized(booking: Booking, event: PaymentAuthorized, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingAwaitsApproval`, and `BookingApproved` if no approval is needed. A late payment is turned away."""
    if booking.status in PAST_PAYING:
        return (_turned_away(booking, event, now=now),)
    if booking.status is not BookingStatus.PENDING_PAYMENT:
        return ()
    deadline = deadlines.approval_deadline(
        booking, authorized_at=event.authorized_at, capture_before=event.capture_before
    )
    awaits = BookingAwaitsApproval(
        **booking.about,
        payment_id=event.payment_id,
        payment_intent_id=event.payment_intent_id,
        amount=event.amount,
        payment_authorized_at=event.authorized_at,
        approval_deadline_at=deadline,
    )
    if booking.terms.settings.approval_required:
        return (awaits,)
    return awaits, BookingApproved(
        **booking.about,
        payment_id=event.payment_id,
        decision_made_at=now,
        decision_made_by=SYSTEM,
        amount=min(event.amount, booking.total) if event.amount != booking.total else None,
    )


def _turned_away(booking: Booking, event: PaymentAuthorized, *, now: datetime) -> PaymentTurnedAway:
    return PaymentTurnedAway(
        **booking.about,
        payment_id=event.payment_id,
        payment_intent_id=event.payment_intent_id,
        amount=event.amount,
        reason_code="BOOKING_ENDED" if booking.status in CALLED_OFF else "NO_CARD_NEEDED",
        turned_away_at=now,
    )


def captured(booking: Booking, event: PaymentCaptured) -> Sequence[BookingEvent]:
    """Return `BookingConfirmed` with actor and time of the approval, or no event if the booking is not approved."""
    if booking.status is not STAGE_OF_CAPTURE or not booking.decision_made_at or not booking.decision_made_by:
        return ()
    return (
        BookingConfirmed(
            **booking.about,
            confirmed_at=booking.decision_made_at,
            confirmed_by=booking.decision_made_by,
            paid_at=event.captured_at,
            captured=event.amount,
        ),
    )


def capture_failed(booking: Booking, event: PaymentCaptureFailed, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingPaymentFailed` for an approved booking, else no event. The guest can pay again for 24 hours."""
    if booking.status is not STAGE_OF_CAPTURE or not booking.decision_made_at:
        return ()
    return (
        BookingPaymentFailed(
            **booking.about,
            reason_code=event.reason_code,
            failed_at=event.failed_at,
            expires_at=now + deadlines.PAY_AGAIN_WITHIN,
        ),
    )


def released(booking: Booking, event: PaymentVoided, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `BalancePaymentFailed` if the authorisation covered a fee. The guest now owes the fee at the desk.

    Returns no event if the guest owes the fee already.
    """
    own_hold = (
        booking.confirmed_at is None
        and booking.zero_if_none(booking.captured).is_zero
        and booking.payment_id == event.payment_id
    )
    return _fee_owed(booking, event, reason_code="VOIDED", now=now) if own_hold else ()


def fee_captured(booking: Booking, event: CancellationFeeCaptured) -> Sequence[BookingEvent]:
    """Return `BalancePaymentFailed` if less than the fee was captured, and no event otherwise.

    Staff can capture a part of the authorisation at the provider before the booking is cancelled. The rest of the
    authorisation is then released, and the guest owes the rest of the fee.
    """
    paid = replace(booking, captured=event.amount)
    return _fee_owed(paid, event, reason_code="CAPTURED_IN_PART", now=event.captured_at)


def fee_refunded(booking: Booking, event: PaymentRefunded, *, charges: tuple[Charge, ...]) -> Sequence[BookingEvent]:
    """Return `BalancePaymentFailed` if the refund took a part of the fee, and no event otherwise.

    Staff can refund more at the provider than the cancellation or no-show returned. The guest then owes that part of
    the fee, as where the refund came first. `charges` are the accepted card payments after the refund.
    """
    returned = replace(booking, refunded=event.refunded_total, charges=charges)
    return _fee_owed(returned, event, reason_code="REFUNDED", now=event.refunded_at)


def _fee_owed(
    booking: Booking,
    event: PaymentVoided | CancellationFeeCaptured | PaymentRefunded,
    *,
    reason_code: str,
    now: datetime,
) -> Sequence[BookingEvent]:
    """Return `BalancePaymentFailed` for the part of an ended booking's fee that is neither captured nor owed yet."""
    owed, due = balance.owed(booking), money_due.due(booking)
    if booking.status not in HAS_A_FEE or due <= owed:
        return ()
    after = money_due.after_desk_refund(booking, due)
    return (
        BalancePaymentFailed(
            **booking.about,
            payment_id=event.payment_id,
            amount=due - owed,
            balance_due=after.due,
            refund_at_desk=after.refund_at_desk,
            reason_code=reason_code,
            failed_at=now,
        ),
    )


def refunded(booking: Booking, event: PaymentRefunded) -> Sequence[BookingEvent]:
    """Return `BookingRefunded` with the rise of the refunded total, or no event if the total has not risen."""
    already = booking.zero_if_none(booking.refunded)
    if event.refunded_total <= already:
        return ()
    waived = refunds.rise_of_extra(booking, event.refunded_total)
    return (
        BookingRefunded(
            **booking.about,
            payment_id=event.payment_id,
            waived=None if waived.is_zero or booking.status in CALLED_OFF else waived,
            amount=event.refunded_total - already,
            refund_reference=event.refund_id,
            refunded_at=event.refunded_at,
        ),
    )


def refund_failed(booking: Booking, event: RefundFailed) -> Sequence[BookingEvent]:
    """Return `BookingRefundFailed`. Staff must then retry the refund, unless the hotel keeps the money."""
    total = booking.zero_if_none(booking.refunded if event.refunded_total is None else event.refunded_total)
    after = replace(booking, **refunds.with_total(booking, total))
    waived = booking.zero_if_none(after.waived) - booking.zero_if_none(booking.waived)
    return (
        BookingRefundFailed(
            **booking.about,
            payment_id=event.payment_id,
            retriable=refunds.is_due(after),
            waived=None if waived.is_zero else waived,
            balance_due=None if balance.owed(after) == balance.owed(booking) else balance.owed(after),
            amount=event.amount,
            reason_code=event.reason_code,
            failed_at=event.failed_at,
            refunded_total=event.refunded_total,
        ),
    )


def payment_fields(event: PaymentEvent) -> dict[str, Any]:
    """The payment fields to store on the booking if the event does not change the booking's status."""
    match event:
        case PaymentSessionOpened():
            return {
                "payment_status": PaymentStatus.SESSION_OPEN.value,
                "payment_provider": PROVIDER_NAME,
                "payment_reference": event.session_id,
                "payment_id": event.payment_id,
            }
        case PaymentCaptured():
            return {"payment_status": PaymentStatus.CAPTURED.value, "captured": event.amount}
        case PaymentCaptureFailed() | PaymentMismatched():
            return {"payment_status": PaymentStatus.FAILED.value}
        case _:
            return {}
