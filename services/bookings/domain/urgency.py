"""How urgent an approval is, and of what staff have yet to be told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.bookings import ApprovalFellDue, ApprovalUrgency, BookingStatus
from services.bookings.domain.booking import Booking

DUE_SOON = timedelta(minutes=10)
CRITICAL = timedelta(minutes=60)
LAST_CALL = timedelta(minutes=10)
JUST_AFTER = timedelta(microseconds=1)


def approval_risk(booking: Booking, now: datetime) -> str | None:
    """How the hotel does by its own promise to decide; None where there is nothing to decide."""
    if not _awaits_decision(booking):
        return None
    reached = [urgency for urgency, at in _by_promise(booking) if at <= now]
    return reached[-1].value if reached else "OK"


def fallen_due(booking: Booking, now: datetime) -> ApprovalFellDue | None:
    """What staff are to be told now; None where they know. Of several at once the gravest is said."""
    reached = [urgency for urgency, at in _untold(booking) if at <= now]
    if not reached or booking.payment_authorized_at is None or booking.approval_deadline_at is None:
        return None
    return ApprovalFellDue(
        booking_id=booking.id,
        hotel=booking.hotel,
        urgency=reached[-1],
        payment_authorized_at=booking.payment_authorized_at,
        approval_deadline_at=booking.approval_deadline_at,
        noticed_at=now,
    )


def told_by(booking: Booking, now: datetime) -> tuple[str, ...]:
    """Every urgency that is reached: once the gravest is said, the others are."""
    return tuple(urgency.value for urgency, at in _moments(booking) if at <= now)


def next_at(booking: Booking) -> datetime | None:
    """When staff are to be told next; None where there is nothing more to tell."""
    return min((at for _, at in _untold(booking)), default=None)


def _untold(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    return ((urgency, at) for urgency, at in _moments(booking) if urgency not in booking.approval_alerts)


def _moments(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    """When each urgency begins, the gravest last."""
    if _awaits_decision(booking):
        yield from _by_promise(booking)
        if booking.approval_deadline_at:
            yield ApprovalUrgency.DEADLINE_NEAR, booking.approval_deadline_at - LAST_CALL


def _by_promise(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    if booking.payment_authorized_at is None:
        return
    promised = booking.payment_authorized_at + timedelta(minutes=booking.terms.settings.approval_sla_minutes)
    yield ApprovalUrgency.DUE_SOON, promised - DUE_SOON
    yield ApprovalUrgency.OVERDUE, promised + JUST_AFTER
    yield ApprovalUrgency.CRITICAL, promised + CRITICAL + JUST_AFTER


def _awaits_decision(booking: Booking) -> bool:
    return booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is None
