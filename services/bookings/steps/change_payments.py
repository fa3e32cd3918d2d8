"""The events of a payment for a change that waits, or that was never made: accepted, captured, refused, returned."""

from dataclasses import replace

from contracts.payments.events import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentEvent,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
    RefundFailed,
)
from contracts.values import PROVIDER, SYSTEM
from services.bookings.domain import change_payments
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def apply_event(booking: Booking, event: PaymentEvent, work: BookingsWork) -> bool:
    """Apply an event of a payment whose money is not the booking's; returns False where it caused no booking event."""
    match event:
        case PaymentAuthorized():
            events, by = change_payments.authorized(booking, event, now=work.now), SYSTEM
        case PaymentCaptureFailed() | PaymentVoided():
            events, by = change_payments.not_taken(booking, event, now=work.now), PROVIDER
        case RefundFailed():
            events, by = change_payments.refund_failed(booking, event), PROVIDER
        case _:
            _note(booking, event, work)
            return False
    work.record(booking, events, by=by)
    return bool(events)


def _note(booking: Booking, event: PaymentEvent, work: BookingsWork) -> None:
    """Note the capture, or the page that was opened or closed, with the change that waits."""
    change = booking.pending_change
    if isinstance(event, PaymentRefunded) and booking.refund_status in {"FAILED", "PENDING"}:
        work.note(booking, **change_payments.returned(booking, event))
    elif isinstance(event, PaymentCaptured) and (paid := change_payments.captured(booking, event, now=work.now)):
        work.note(booking, pending_change=paid)
    elif isinstance(event, PaymentSessionOpened) and change and event.amount == change.amount:
        work.note(booking, pending_change=replace(change, session_id=event.session_id))
    elif isinstance(event, PaymentSessionExpired) and change and change.session_id == event.session_id:
        work.note(booking, pending_change=replace(change, session_id=None))
