"""When the clock has something to say about a booking."""

from datetime import datetime, timedelta

from contracts.bookings import BookingStatus, IncidentStatus, OverstaySeverity
from services.bookings.domain import local_time, urgency
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import UNDECIDED

DRAFT_KEPT = timedelta(days=7)
PAY_AGAIN_WITHIN = timedelta(hours=24)
PROVIDER_SILENT = timedelta(minutes=2)
CARD_HOLDS = timedelta(days=7)
BEFORE_CARD_ENDS = timedelta(hours=12)
HIGH_AFTER_MINUTES = 120
NO_SHOW_FROM = "12:00"

SESSION_OPEN = "SESSION_OPEN"


def approval_deadline(booking: Booking, *, authorized_at: datetime, capture_before: datetime | None) -> datetime:
    """Until when staff may decide: the hotel's cutoff, but not before its own promise, nor after the card's hold."""
    terms = booking.terms.settings
    day = booking.check_in + timedelta(days=terms.approval_cutoff_day_offset)
    cutoff = local_time.closes_at(day, terms.approval_cutoff_time, booking.timezone)
    promised = authorized_at + timedelta(minutes=terms.approval_sla_minutes)
    card_ends = capture_before or authorized_at + CARD_HOLDS
    return min(max(cutoff, promised), card_ends - BEFORE_CARD_ENDS)


def due_at(booking: Booking) -> datetime | None:
    """When the clock must look at the booking next."""
    if booking.status is BookingStatus.IN_HOUSE:
        return overstay_due_at(booking)
    moments = (runs_out_at(booking), no_show_at(booking), urgency.next_at(booking))
    return min((moment for moment in moments if moment), default=None)


def runs_out_at(booking: Booking) -> datetime | None:
    """When the booking expires, as it stands."""
    if booking.status is BookingStatus.DRAFT:
        return booking.updated_at + DRAFT_KEPT
    if booking.status is BookingStatus.PENDING_PAYMENT and booking.expires_at:
        silent = PROVIDER_SILENT if booking.payment_status == SESSION_OPEN else timedelta(0)
        return booking.expires_at + silent
    if booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is None:
        return booking.approval_deadline_at
    return None


def no_show_at(booking: Booking) -> datetime | None:
    """From when on a guest who has not checked in is a no-show: noon, hotel-local, on the day after check-in.

    One whose late arrival is expected is waited for until noon on the day after check-out.
    """
    if booking.status is not BookingStatus.CONFIRMED:
        return None
    last = booking.check_out if booking.late_arrival_expected else booking.check_in
    return local_time.opens_at(last + timedelta(days=1), NO_SHOW_FROM, booking.timezone)


def overstay_severity(booking: Booking, now: datetime) -> OverstaySeverity | None:
    """How far past its check-out time a guest in house is; None where they are not."""
    if booking.status is not BookingStatus.IN_HOUSE:
        return None
    reached = [severity for severity, at in overstay_steps(booking) if now > at]
    return reached[-1] if reached else None


def overstay_steps(booking: Booking) -> tuple[tuple[OverstaySeverity, datetime], ...]:
    """The moments after which an overstay has each severity, the mildest first."""
    deadline = booking.checkout_deadline_at
    grace = timedelta(minutes=min(booking.terms.settings.late_checkout_grace_minutes, HIGH_AFTER_MINUTES))
    return (
        (OverstaySeverity.LOW, deadline),
        (OverstaySeverity.MEDIUM, deadline + grace),
        (OverstaySeverity.HIGH, deadline + timedelta(minutes=HIGH_AFTER_MINUTES)),
    )


def overstay_due_at(booking: Booking) -> datetime | None:
    """After which moment the next severity is to be told of; None where staff said that it is no overstay."""
    told, deadline = booking.overstay, booking.checkout_deadline_at
    if told is None:
        return deadline
    if told.status not in UNDECIDED:
        return None if told.status is IncidentStatus.DISMISSED and told.deadline_at == deadline else deadline
    return next((at for severity, at in overstay_steps(booking) if rank(severity) > rank(told.severity)), None)


def rank(severity: OverstaySeverity) -> int:
    """How high it stands among the others."""
    return list(OverstaySeverity).index(severity)
