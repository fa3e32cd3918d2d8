"""The urgency of an approval, and the alerts to staff about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.bookings.approval import ApprovalFellDue
from contracts.bookings.status import ApprovalUrgency, BookingStatus
from services.bookings.domain.booking import Booking

DUE_SOON = timedelta(minutes=10)
CRITICAL = timedelta(minutes=60)
LAST_CALL = timedelta(minutes=10)
JUST_AFTER = timedelta(microseconds=1)


def approval_risk(booking: Booking, now: datetime) -> str | None:
    """The risk of a late decision, from `OK` to `CRITICAL`; None where the booking waits for no decision."""
    if not _awaits_decision(booking):
        return None
    due = [urgency for urgency, at in _by_sla(booking) if at <= now]
    return due[-1].value if due else "OK"


def due_alert(booking: Booking, now: datetime) -> ApprovalFellDue | None:
    """The gravest due alert that staff have not received, or None if staff have received every due alert."""
    due = [urgency for urgency, at in _pending_alerts(booking) if at <= now]
    if not due or booking.awaits_approval_since is None or booking.approval_deadline_at is None:
        return None
    return ApprovalFellDue(
        **booking.about,
        urgency=due[-1],
        payment_authorized_at=booking.awaits_approval_since,
        approval_deadline_at=booking.approval_deadline_at,
        noticed_at=now,
    )


def reached(booking: Booking, now: datetime) -> tuple[str, ...]:
    """Each urgency that the approval has reached. One alert, for the gravest urgency, covers all of them."""
    return tuple(urgency.value for urgency, at in _moments(booking) if at <= now)


def next_at(booking: Booking) -> datetime | None:
    """The moment (UTC) of the next alert, or None if no alert follows."""
    return min((at for _, at in _pending_alerts(booking)), default=None)


def _pending_alerts(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    return ((urgency, at) for urgency, at in _moments(booking) if urgency not in booking.approval_alerts)


def _moments(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    """Each urgency and the moment (UTC) at which this urgency begins. The gravest urgency comes last."""
    if _awaits_decision(booking):
        yield from _by_sla(booking)
        if booking.approval_deadline_at:
            yield ApprovalUrgency.DEADLINE_NEAR, booking.approval_deadline_at - LAST_CALL


def _by_sla(booking: Booking) -> Iterator[tuple[ApprovalUrgency, datetime]]:
    if booking.awaits_approval_since is None:
        return
    sla_ends_at = booking.awaits_approval_since + timedelta(minutes=booking.terms.settings.approval_sla_minutes)
    yield ApprovalUrgency.DUE_SOON, sla_ends_at - DUE_SOON
    yield ApprovalUrgency.OVERDUE, sla_ends_at + JUST_AFTER
    yield ApprovalUrgency.CRITICAL, sla_ends_at + CRITICAL + JUST_AFTER


def _awaits_decision(booking: Booking) -> bool:
    return booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at is None
