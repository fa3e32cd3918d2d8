"""What is owed: card payments towards it as payments tells of them, and what staff settle at the desk."""

from contracts.bookings import BookingDetail, SettleBalance
from contracts.payments import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentEvent,
    PaymentVoided,
)
from contracts.values import PROVIDER, SYSTEM
from services.bookings.domain import balance, presenting
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked, uncontested
from services.bookings.work import BookingsWork


def settle_balance(command: SettleBalance, work: BookingsWork) -> BookingDetail:
    """The guest has paid at the desk."""
    booking = locked(work, command)
    facts = balance.settle(booking, command, by=work.caller.actor, now=work.now)
    if facts:
        uncontested(booking)
    after = work.record(booking, facts, by=work.caller.actor, why=command.note)
    return presenting.detail(after, now=work.now)


def apply(booking: Booking, fact: PaymentEvent, work: BookingsWork) -> bool:
    """What a fact about a card payment towards the balance does; False where it only stands in the timeline."""
    match fact:
        case PaymentAuthorized():
            facts, by = balance.authorized(booking, fact, now=work.now), SYSTEM
        case PaymentCaptured():
            facts, by = balance.captured(booking, fact), PROVIDER
        case PaymentCaptureFailed() | PaymentVoided():
            facts, by = balance.not_taken(booking, fact, now=work.now), PROVIDER
        case CancellationFeeCaptured():
            work.note(booking, **balance.with_fee(booking, fact))
            return False
        case _:
            return False
    work.record(booking, facts, by=by)
    return bool(facts)
