"""Deadlines of a booking: approval, expiry, no-show and overstay. Instants are UTC."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.bookings.events import BookingEvent, BookingExpired
from contracts.bookings.overstays import IncidentStatus, OverstaySeverity
from contracts.bookings.status import BookingStatus, ExpiryReason
from services.bookings.domain import approval_urgency, local_time
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import UNDECIDED

DRAFT_LASTS = timedelta(days=7)
PAY_AGAIN_WITHIN = timedelta(hours=24)
PROVIDER_SILENT = timedelta(minutes=2)
PAGE_OPENS_WITHIN = timedelta(seconds=15)
CARD_HOLDS = timedelta(days=7)
BEFORE_CARD_ENDS = timedelta(hours=12)
HIGH_AFTER_MINUTES = 120
NO_SHOW_FROM = "12:00"

SESSION_OPEN = "SESSION_OPEN"
EXPIRY_REASONS = {
    BookingStatus.DRAFT: ExpiryReason.DRAFT_ABANDONED,
    BookingStatus.PENDING_PAYMENT: ExpiryReason.HOLD_RAN_OUT,
    BookingStatus.PENDING_APPROVAL: ExpiryReason.APPROVAL_TIMEOUT,
}


def approval_cutoff(booking: Booking, *, since: datetime) -> datetime:
    """The hotel's approval deadline (UTC): its cutoff, or the promised decision time after `since` if that is later."""
    terms = booking.terms.settings
    day = booking.check_in + timedelta(days=terms.approval_cutoff_day_offset)
    cutoff = local_time.closes_at(day, terms.approval_cutoff_time, booking.timezone)
    return max(cutoff, since + timedelta(minutes=terms.approval_sla_minutes))


def approval_deadline(booking: Booking, *, authorized_at: datetime, capture_before: datetime | None) -> datetime:
    """The approval deadline (UTC) of an authorised booking: the hotel's own deadline.

    The deadline is at the latest 12 hours before the card's authorisation ends (`capture_before`, if known).
    """
    return min(approval_cutoff(booking, since=authorized_at), _card_ends(authorized_at, capture_before))


def _card_ends(authorized_at: datetime, capture_before: datetime | None) -> datetime:
    return (capture_before or authorized_at + CARD_HOLDS) - BEFORE_CARD_ENDS


def approval_deadline_again(booking: Booking, *, now: datetime) -> datetime | None:
    """The approval deadline (UTC) after a change of the stay; the stored one where no decision is awaited.

    Staff have the promised decision time from the change on: a stay that now begins soon does not expire at once.
    """
    if booking.status is not BookingStatus.PENDING_APPROVAL:
        return booking.approval_deadline_at
    cutoff = approval_cutoff(booking, since=now)
    if booking.payment_authorized_at is None:
        return cutoff
    return min(cutoff, _card_ends(booking.payment_authorized_at, booking.capture_before))


def due_at(booking: Booking) -> datetime | None:
    """The next moment at which a timer must check the booking; None where no deadline is pending."""
    if booking.status is BookingStatus.IN_HOUSE:
        return overstay_due_at(booking)
    moments = (expires_at(booking), no_show_at(booking), approval_urgency.next_at(booking))
    return min((moment for moment in moments if moment), default=None)


def expires_at(booking: Booking) -> datetime | None:
    """The moment (UTC) at which the booking expires, or None if the booking does not expire in its status."""
    if booking.status is BookingStatus.DRAFT:
        return booking.updated_at + DRAFT_LASTS
    if booking.status is BookingStatus.PENDING_PAYMENT and booking.expires_at:
        return booking.expires_at + _in_transit(booking)
    if booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is None:
        return booking.approval_deadline_at
    return None


def pay_by(booking: Booking) -> datetime | None:
    """The end (UTC) of the hold of a guest with a payment page, whether that page is open or is to be opened now."""
    return max((moment for moment in (booking.expires_at, booking.pay_until) if moment), default=None)


def _in_transit(booking: Booking) -> timedelta:
    """The time after the deadline of a hold in which an event may still arrive: of a payment, or of an opened page."""
    if booking.payment_status == SESSION_OPEN:
        return PROVIDER_SILENT
    return PAGE_OPENS_WITHIN if booking.expires_at != pay_by(booking) else timedelta(0)


def expire(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingExpired` if the deadline has passed and the booking's status can expire, else no event."""
    ends_at = expires_at(booking)
    if ends_at is None or now < ends_at or booking.status not in EXPIRY_REASONS:
        return ()
    return (BookingExpired(**booking.about, reason=EXPIRY_REASONS[booking.status], expired_at=now),)


def change_due_at(booking: Booking) -> datetime | None:
    """The moment (UTC) at which a change that waits is due: to be applied once paid, and else to lapse.

    None where no change waits, and while its accepted payment is captured.
    """
    change = booking.pending_change
    if change is None or change.paid_at or change.payment_id:
        return change.paid_at if change else None
    return change.expires_at + (PROVIDER_SILENT if change.session_id else PAGE_OPENS_WITHIN)


def no_show_at(booking: Booking) -> datetime | None:
    """The moment from which a confirmed booking is a no-show: noon, hotel-local, on the day after check-in.

    A booking with an expected late arrival becomes a no-show at noon on the day after check-out.
    """
    if booking.status is not BookingStatus.CONFIRMED:
        return None
    return no_show_moment(booking, late=booking.late_arrival_expected)


def no_show_moment(booking: Booking, *, late: bool) -> datetime:
    """The moment (UTC) of `no_show_at`, whatever the booking's status, with or without an expected late arrival."""
    last = booking.check_out if late else booking.check_in
    return local_time.opens_at(last + timedelta(days=1), NO_SHOW_FROM, booking.timezone)


def last_arrival_at(booking: Booking) -> datetime:
    """The end (UTC) of late arrivals: the check-out deadline, or the moment of the no-show where that is later."""
    return max(booking.checkout_deadline_at, no_show_at(booking) or booking.checkout_deadline_at)


def is_late(booking: Booking, now: datetime) -> bool:
    """Whether the guest of a confirmed booking was to arrive on an earlier day, hotel-local, and is still expected."""
    return booking.status is BookingStatus.CONFIRMED and booking.check_in < local_time.local_date(now, booking.timezone)


def overstay_severity(booking: Booking, now: datetime) -> OverstaySeverity | None:
    """The severity of the overstay, None where the guest does not overstay."""
    if booking.status is not BookingStatus.IN_HOUSE:
        return None
    reached = [severity for severity, at in overstay_steps(booking) if now > at]
    return reached[-1] if reached else None


def overstay_steps(booking: Booking) -> tuple[tuple[OverstaySeverity, datetime], ...]:
    """Each severity, in ascending order, with the moment (UTC) after which the overstay has that severity."""
    deadline = booking.checkout_deadline_at
    grace = timedelta(minutes=min(booking.terms.settings.late_checkout_grace_minutes, HIGH_AFTER_MINUTES))
    return (
        (OverstaySeverity.LOW, deadline),
        (OverstaySeverity.MEDIUM, deadline + grace),
        (OverstaySeverity.HIGH, deadline + timedelta(minutes=HIGH_AFTER_MINUTES)),
    )


def overstay_due_at(booking: Booking) -> datetime | None:
    """The moment after which the next severity is flagged; None after the highest severity or after a dismissal."""
    incident, deadline = booking.overstay, booking.checkout_deadline_at
    if incident is None:
        return deadline
    if incident.status not in UNDECIDED:
        return None if incident.status is IncidentStatus.DISMISSED and incident.deadline_at == deadline else deadline
    return next((at for severity, at in overstay_steps(booking) if rank(severity) > rank(incident.severity)), None)


def rank(severity: OverstaySeverity) -> int:
    """The rank of a severity; 0 is the mildest."""
    return list(OverstaySeverity).index(severity)
