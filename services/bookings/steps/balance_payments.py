"""Events of a card payment towards the balance."""

from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentEvent,
    PaymentVoided,
)
from contracts.values import PROVIDER, SYSTEM
from services.bookings.domain import balance
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def apply(booking: Booking, event: PaymentEvent, work: BookingsWork) -> bool:
    """Record the booking's own events for a payment event; returns False where the payment event causes none."""
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
