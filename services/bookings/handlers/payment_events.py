"""The effect of payment events on a booking. A payment event that is too late does not change the status."""

from collections.abc import Sequence
from typing import Any

from chassis.observability import logs, trace
from contracts.bookings.events import BookingEvent
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentEvent,
    PaymentMismatched,
    PaymentPurpose,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentStatus,
    PaymentVoided,
    RefundFailed,
)
from contracts.values import PROVIDER, SYSTEM
from services.bookings.domain import balance, deadlines, payment_events
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_payments import is_the_bookings
from services.bookings.steps import change_payments
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def payment_session_opened(event: PaymentSessionOpened, work: BookingsWork) -> None:
    """Record that the booking waits for a payment on the session's page."""
    if booking := _booking_of(event, work):
        events = payment_events.session_opened(booking, event)
        _record(work, booking, event, events, payment_id=event.payment_id)


def payment_authorized(event: PaymentAuthorized, work: BookingsWork) -> None:
    """Record that the booking waits for approval, or is approved at once."""
    if booking := _booking_of(event, work):
        events = payment_events.authorized(booking, event, now=work.now)
        _record(work, booking, event, events, capture_before=event.capture_before)


def payment_captured(event: PaymentCaptured, work: BookingsWork) -> None:
    """Confirm the booking."""
    if booking := _booking_of(event, work):
        _record(work, booking, event, payment_events.captured(booking, event))


def payment_capture_failed(event: PaymentCaptureFailed, work: BookingsWork) -> None:
    """Record the failed capture; the guest may pay again."""
    if booking := _booking_of(event, work):
        _record(work, booking, event, payment_events.capture_failed(booking, event, now=work.now))


def payment_refunded(event: PaymentRefunded, work: BookingsWork) -> None:
    """Record the refunded amount. A part of the fee that was refunded is now owed."""
    if booking := _booking_of(event, work):
        overall, charges = balance.over_all(booking, event), balance.with_refund(booking, event)
        events = [*payment_events.refunded(booking, overall)]
        if events:
            events += payment_events.fee_refunded(booking, overall, charges=charges)
        _record(work, booking, event, events, charges=charges)


def refund_failed(event: RefundFailed, work: BookingsWork) -> None:
    """Record the failed refund, for staff to retry."""
    if booking := _booking_of(event, work):
        overall, charges = balance.over_all(booking, event), balance.with_refund(booking, event)
        _record(work, booking, event, payment_events.refund_failed(booking, overall), charges=charges)


def payment_session_expired(event: PaymentSessionExpired, work: BookingsWork) -> None:
    """Record that the payment page is closed, and expire a booking whose hold has ended."""
    if booking := _booking_of(event, work):
        if booking.payment_reference != event.session_id:
            _log_ignored(event, booking)
            return
        _add_to_timeline(event, work)
        closed = work.note(booking, payment_status=PaymentStatus.SESSION_EXPIRED.value)
        work.record(closed, deadlines.expire(closed, now=work.now), by=SYSTEM)


def payment_voided(event: PaymentVoided, work: BookingsWork) -> None:
    """Record the released authorisation. A fee that the authorisation covered is now owed at the desk."""
    if booking := _booking_of(event, work):
        _add_to_timeline(event, work)
        own = booking.payment_id in (None, event.payment_id)
        status = {"payment_status": PaymentStatus.VOIDED.value} if own else {}
        if events := payment_events.released(booking, event, now=work.now):
            work.record(booking, events, by=PROVIDER, **status)
        elif status:
            work.note(booking, **status)


def cancellation_fee_captured(event: CancellationFeeCaptured, work: BookingsWork) -> None:
    """Record the cancellation fee that was captured from the authorisation. A rest of the fee is now owed."""
    if booking := _booking_of(event, work):
        _add_to_timeline(event, work)
        paid: dict[str, Any] = {"payment_status": PaymentStatus.CAPTURED.value, "captured": event.amount}
        if events := payment_events.fee_captured(booking, event):
            work.record(booking, events, by=PROVIDER, **paid)
        else:
            work.note(booking, **paid)


def payment_trouble(event: PaymentMismatched | PaymentDisputed, work: BookingsWork) -> None:
    """Add the mismatch or dispute to the timeline; the notifier alerts staff.

    A mismatch changes the booking's payment status only where the booking's current payment is the one that failed.
    """
    _add_to_timeline(event, work, why=event.reason_code)
    if event.purpose is not PaymentPurpose.BOOKING or not isinstance(event, PaymentMismatched):
        return
    booking = _booking_of(event, work)
    if booking and booking.payment_id in (None, event.payment_id):
        work.note(booking, **payment_events.payment_fields(event))


def _booking_of(event: PaymentEvent, work: BookingsWork) -> Booking | None:
    """Lock the booking of `event`; returns None if the booking is unknown, or if the handler has nothing left to do.

    An event of a balance payment, other than a refund event, is applied here, and leaves the handler nothing to do. So
    is any event of the payment for a change that was not applied yet.
    """
    booking = work.bookings.lock(event.hotel, event.booking_id)
    if booking is None:
        log.warning("payment_of_unknown_booking", booking_id=event.booking_id, what=type(event).__name__)
    elif event.purpose is PaymentPurpose.EXTENSION and not isinstance(event, (PaymentRefunded, RefundFailed)):
        if not _apply_to_balance(booking, event, work):
            _add_to_timeline(event, work)
        return None
    elif event.purpose is PaymentPurpose.CHANGE and not is_the_bookings(booking, event):
        if not change_payments.apply_event(booking, event, work):
            _add_to_timeline(event, work)
        return None
    return booking


def _apply_to_balance(booking: Booking, event: PaymentEvent, work: BookingsWork) -> bool:
    """Record the booking events that follow from an event of a balance payment; returns False if there are none."""
    match event:
        case PaymentAuthorized():
            events, by = balance.authorized(booking, event, now=work.now), SYSTEM
        case PaymentCaptured():
            events, by = balance.captured(booking, event), PROVIDER
        case PaymentCaptureFailed() | PaymentVoided():
            events, by = balance.not_taken(booking, event, now=work.now), PROVIDER
        case CancellationFeeCaptured():
            work.note(booking, **balance.with_fee(booking, event))
            return False
        case _:
            return False
    work.record(booking, events, by=by)
    return bool(events)


def _record(
    work: BookingsWork, booking: Booking, event: PaymentEvent, events: Sequence[BookingEvent], **private: Any
) -> None:
    """Record the booking events that `event` causes. If none, store the payment fields that `event` changes."""
    if events:
        work.record(booking, events, by=PROVIDER, **private)
        return
    _log_ignored(event, booking)
    if fields := payment_events.payment_fields(event):
        work.note(booking, **fields)


def _log_ignored(event: PaymentEvent, booking: Booking) -> None:
    log.info("payment_fact_ignored", booking_id=booking.id, what=type(event).__name__, status=booking.status)


def _add_to_timeline(event: PaymentEvent, work: BookingsWork, *, why: str = "") -> None:
    if work.cause is None:
        raise ValueError("a payment event has a cause")
    work.history.add_payment_event(
        work.cause.id,
        event,
        what=type(event).__name__,
        at=work.cause.time,
        why=why,
        trace_id=trace.trace_id(work.cause.traceparent),
    )
