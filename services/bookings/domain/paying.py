"""What payments' facts do to a booking. A fact that comes too late for it does nothing here: payments gives it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contracts.bookings import (
    BalancePaymentFailed,
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingEvent,
    BookingPaymentFailed,
    BookingRefunded,
    BookingRefundFailed,
    BookingStatus,
    PaymentAwaited,
    PaymentTurnedAway,
)
from contracts.payments import (
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
from services.bookings.domain import cancellation, deadlines
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF, PAST_PAYING

PROVIDER_NAME = "stripe"
STAGE_OF_CAPTURE = BookingStatus.PENDING_APPROVAL


def session_opened(booking: Booking, fact: PaymentSessionOpened) -> Sequence[BookingEvent]:
    """The guest has a page to pay on."""
    if booking.status is not BookingStatus.PENDING_PAYMENT:
        return ()
    return (
        PaymentAwaited(
            booking_id=booking.id,
            hotel=booking.hotel,
            payment_provider=PROVIDER_NAME,
            payment_reference=fact.session_id,
            opened_at=fact.opened_at,
        ),
    )


def authorized(booking: Booking, fact: PaymentAuthorized, *, now: datetime) -> Sequence[BookingEvent]:
    """The card is good: staff decide, or the system at once where the hotel wants no approval."""
    if booking.status in PAST_PAYING:
        return (_turned_away(booking, fact, now=now),)
    if booking.status is not BookingStatus.PENDING_PAYMENT:
        return ()
    deadline = deadlines.approval_deadline(
        booking, authorized_at=fact.authorized_at, capture_before=fact.capture_before
    )
    awaits = BookingAwaitsApproval(
        booking_id=booking.id,
        hotel=booking.hotel,
        payment_id=fact.payment_id,
        payment_intent_id=fact.payment_intent_id,
        amount=fact.amount,
        payment_authorized_at=fact.authorized_at,
        approval_deadline_at=deadline,
    )
    if booking.terms.settings.approval_required:
        return (awaits,)
    return awaits, BookingApproved(
        booking_id=booking.id,
        hotel=booking.hotel,
        payment_id=fact.payment_id,
        decision_made_at=now,
        decision_made_by=SYSTEM,
    )


def _turned_away(booking: Booking, fact: PaymentAuthorized, *, now: datetime) -> PaymentTurnedAway:
    return PaymentTurnedAway(
        booking_id=booking.id,
        hotel=booking.hotel,
        payment_id=fact.payment_id,
        payment_intent_id=fact.payment_intent_id,
        amount=fact.amount,
        reason_code="BOOKING_ENDED" if booking.status in CALLED_OFF else "NO_CARD_NEEDED",
        turned_away_at=now,
    )


def captured(booking: Booking, fact: PaymentCaptured) -> Sequence[BookingEvent]:
    """The approved amount was taken; confirmed by whoever decided, when they did."""
    if booking.status is not STAGE_OF_CAPTURE or not booking.decision_made_at or not booking.decision_made_by:
        return ()
    return (
        BookingConfirmed(
            booking_id=booking.id,
            hotel=booking.hotel,
            confirmed_at=booking.decision_made_at,
            confirmed_by=booking.decision_made_by,
            paid_at=fact.captured_at,
        ),
    )


def capture_failed(booking: Booking, fact: PaymentCaptureFailed, *, now: datetime) -> Sequence[BookingEvent]:
    """The money cannot be taken: the guest may pay again for a day."""
    if booking.status is not STAGE_OF_CAPTURE or not booking.decision_made_at:
        return ()
    return (
        BookingPaymentFailed(
            booking_id=booking.id,
            hotel=booking.hotel,
            reason_code=fact.reason_code,
            failed_at=fact.failed_at,
            expires_at=now + deadlines.PAY_AGAIN_WITHIN,
        ),
    )


def released(booking: Booking, fact: PaymentVoided, *, now: datetime) -> Sequence[BookingEvent]:
    """The hold that a fee was to be taken of is gone, and nothing was taken: the fee is owed at the desk."""
    of_the_hold = booking.confirmed_at is None and not booking.captured and booking.payment_id == fact.payment_id
    if booking.status is not BookingStatus.CANCELLED or not booking.cancellation_fee or not of_the_hold:
        return ()
    return (
        BalancePaymentFailed(
            booking_id=booking.id,
            hotel=booking.hotel,
            payment_id=fact.payment_id,
            amount=booking.cancellation_fee,
            balance_due=cancellation.balance_after(booking, booking.cancellation_fee, booking.nothing),
            reason_code="VOIDED",
            failed_at=now,
        ),
    )


def refunded(booking: Booking, fact: PaymentRefunded) -> Sequence[BookingEvent]:
    """Money went back, as the provider says; counted once, however often it is told."""
    already = booking.refunded or booking.nothing
    if fact.refunded_total <= already:
        return ()
    return (
        BookingRefunded(
            booking_id=booking.id,
            hotel=booking.hotel,
            amount=fact.refunded_total - already,
            refund_reference=fact.refund_id,
            refunded_at=fact.refunded_at,
        ),
    )


def refund_failed(booking: Booking, fact: RefundFailed) -> Sequence[BookingEvent]:
    """The provider would not give the money back; staff must act."""
    return (
        BookingRefundFailed(
            booking_id=booking.id,
            hotel=booking.hotel,
            amount=fact.amount,
            reason_code=fact.reason_code,
            failed_at=fact.failed_at,
            refunded_total=fact.refunded_total,
        ),
    )


def left_behind(fact: PaymentEvent) -> dict[str, Any]:
    """What a fact that comes too late to move its booking leaves on it: where the payment stands now."""
    match fact:
        case PaymentSessionOpened():
            return {
                "payment_status": PaymentStatus.SESSION_OPEN.value,
                "payment_provider": PROVIDER_NAME,
                "payment_reference": fact.session_id,
                "payment_id": fact.payment_id,
            }
        case PaymentCaptured():
            return {"payment_status": PaymentStatus.CAPTURED.value, "captured": fact.amount}
        case PaymentCaptureFailed() | PaymentMismatched():
            return {"payment_status": PaymentStatus.FAILED.value}
        case _:
            return {}
