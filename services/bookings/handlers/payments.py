"""What bookings does when payments says something. A fact too late for its booking changes nothing here."""

from collections.abc import Sequence
from typing import Any

from chassis.observability import logs, trace
from contracts.bookings import BookingEvent
from contracts.payments import (
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
from services.bookings.domain import calling_off, paying
from services.bookings.domain.balance import over_all, with_refund
from services.bookings.domain.booking import Booking
from services.bookings.handlers import balance
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def await_payment(fact: PaymentSessionOpened, work: BookingsWork) -> None:
    """The guest has a page to pay on."""
    if booking := _theirs(fact, work):
        _record(work, booking, fact, paying.session_opened(booking, fact), payment_id=fact.payment_id)


def await_approval(fact: PaymentAuthorized, work: BookingsWork) -> None:
    """The card is good: staff decide next."""
    if booking := _theirs(fact, work):
        _record(work, booking, fact, paying.authorized(booking, fact, now=work.now))


def confirm_paid(fact: PaymentCaptured, work: BookingsWork) -> None:
    """The money is there: confirmed."""
    if booking := _theirs(fact, work):
        _record(work, booking, fact, paying.captured(booking, fact))


def ask_to_pay_again(fact: PaymentCaptureFailed, work: BookingsWork) -> None:
    """The money could not be taken."""
    if booking := _theirs(fact, work):
        _record(work, booking, fact, paying.capture_failed(booking, fact, now=work.now))


def record_refund(fact: PaymentRefunded, work: BookingsWork) -> None:
    """Money went back."""
    if booking := _theirs(fact, work):
        told, charges = over_all(booking, fact), with_refund(booking, fact)
        _record(work, booking, fact, paying.refunded(booking, told), charges=charges)


def record_failed_refund(fact: RefundFailed, work: BookingsWork) -> None:
    """Money did not go back."""
    if booking := _theirs(fact, work):
        told, charges = over_all(booking, fact), with_refund(booking, fact)
        _record(work, booking, fact, paying.refund_failed(booking, told), charges=charges)


def end_session(fact: PaymentSessionExpired, work: BookingsWork) -> None:
    """The page is closed: what waited for it past its time expires now."""
    if booking := _theirs(fact, work):
        if booking.payment_reference != fact.session_id:
            _ignored(fact, booking)
            return
        _note(fact, work)
        open_no_more = work.note(booking, payment_status=PaymentStatus.SESSION_EXPIRED.value)
        work.record(open_no_more, calling_off.expire(open_no_more, now=work.now), by=SYSTEM)


def keep_voided(fact: PaymentVoided, work: BookingsWork) -> None:
    """The authorisation is released."""
    if booking := _theirs(fact, work):
        _note(fact, work)
        own = booking.payment_id in (None, fact.payment_id)
        left = {"payment_status": PaymentStatus.VOIDED.value} if own else {}
        if owed := paying.released(booking, fact, now=work.now):
            work.record(booking, owed, by=PROVIDER, **left)
        elif left:
            work.note(booking, **left)


def keep_fee(fact: CancellationFeeCaptured, work: BookingsWork) -> None:
    """Of the authorisation, the fee was taken."""
    if booking := _theirs(fact, work):
        _note(fact, work)
        work.note(booking, payment_status=PaymentStatus.CAPTURED.value, captured=fact.amount)


def note_trouble(fact: PaymentMismatched | PaymentDisputed, work: BookingsWork) -> None:
    """Staff are told by notifier; the booking stays as it is, and its timeline says so."""
    _note(fact, work, why=fact.reason_code)
    if fact.purpose is PaymentPurpose.EXTENSION:
        return
    if isinstance(fact, PaymentMismatched) and (booking := _theirs(fact, work)):
        work.note(booking, **paying.left_behind(fact))


def _theirs(fact: PaymentEvent, work: BookingsWork) -> Booking | None:
    """The booking whose own payment this is about; what is about its balance is done with here."""
    booking = work.bookings.lock(fact.booking_id)
    if booking is None:
        log.warning("payment_of_unknown_booking", booking_id=fact.booking_id, what=type(fact).__name__)
    elif fact.purpose is PaymentPurpose.EXTENSION and not isinstance(fact, (PaymentRefunded, RefundFailed)):
        if not balance.apply(booking, fact, work):
            _note(fact, work)
        return None
    return booking


def _record(
    work: BookingsWork, booking: Booking, fact: PaymentEvent, events: Sequence[BookingEvent], **private: Any
) -> None:
    if events:
        work.record(booking, events, by=PROVIDER, **private)
        return
    _ignored(fact, booking)
    if left := paying.left_behind(fact):
        work.note(booking, **left)


def _ignored(fact: PaymentEvent, booking: Booking) -> None:
    log.info("payment_fact_ignored", booking_id=booking.id, what=type(fact).__name__, status=booking.status)


def _note(fact: PaymentEvent, work: BookingsWork, *, why: str = "") -> None:
    if work.cause is None:
        raise ValueError("a fact of payments comes as an event")
    work.history.note_payment(
        work.cause.id,
        fact.booking_id,
        what=type(fact).__name__,
        at=work.cause.time,
        why=why,
        trace_id=trace.trace_id(work.cause.traceparent),
    )
