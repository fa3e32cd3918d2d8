"""Overstays: flagged after the check-out deadline, acknowledged or dismissed by staff, resolved when the stay ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.overstays import (
    AcknowledgeOverstay,
    Incident,
    IncidentStatus,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayFlagged,
    OverstayResolution,
    OverstayResolved,
    OverstayState,
)
from contracts.bookings.status import BookingStatus
from contracts.bookings.undo import CheckInUndone
from contracts.values import Actor
from services.bookings.domain import deadlines
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import LIFECYCLE, OVERSTAYS, UNDECIDED


def live(booking: Booking) -> Incident | None:
    """The booking's overstay incident while the incident is open or acknowledged, else None."""
    incident = booking.overstay
    return incident if incident and incident.status in UNDECIDED else None


def flag(booking: Booking, *, incident_id: str, now: datetime) -> Sequence[OverstayFlagged]:
    """Return `OverstayFlagged`, which opens the incident `incident_id`, or raises the severity of the live incident.

    Returns no event if the guest does not overstay, the severity is flagged already, or staff dismissed the overstay.
    """
    due, severity = deadlines.overstay_due_at(booking), deadlines.overstay_severity(booking, now)
    if severity is None or due is None or now <= due:
        return ()
    incident = live(booking)
    return (
        OverstayFlagged(
            **booking.about,
            incident_id=incident.id if incident else incident_id,
            incident_status=incident.status if incident else IncidentStatus.OPEN,
            severity=severity,
            room_number=booking.assigned_room_number or "",
            checkout_deadline_at=booking.checkout_deadline_at,
            flagged_at=now,
            previous_severity=incident.severity if incident else None,
        ),
    )


def acknowledge(
    booking: Booking, command: AcknowledgeOverstay, *, by: Actor, now: datetime
) -> Sequence[OverstayAcknowledged | OverstayDismissed]:
    """Return the acknowledgement or dismissal, or no event if repeated. Refused `NO_OVERSTAY`, `ILLEGAL_TRANSITION`."""
    incident = booking.overstay
    if incident is None:
        raise Refusal("NO_OVERSTAY", "The guest has not overstayed.")
    if incident.status is (IncidentStatus.DISMISSED if command.dismiss else IncidentStatus.ACKNOWLEDGED):
        return ()
    if command.dismiss:
        return (OverstayDismissed(**_about(booking, incident, OverstayDismissed), dismissed_at=now, dismissed_by=by),)
    return (
        OverstayAcknowledged(
            **_about(booking, incident, OverstayAcknowledged), acknowledged_at=now, acknowledged_by=by
        ),
    )


def ended_by(
    booking: Booking, events: Sequence[BookingEvent], *, now: datetime
) -> Sequence[OverstayResolved | OverstayDismissed]:
    """Return `OverstayResolved` where an incident is live and one of the events ends the stay, else no event.

    An undone check-in dismisses the incident instead.
    """
    incident = live(booking)
    leaving = next((event for event in events if ends_stay(booking, event)), None)
    if incident is None or leaving is None:
        return ()
    if isinstance(leaving, CheckInUndone):
        about = _about(booking, incident, OverstayDismissed)
        return (OverstayDismissed(**about, dismissed_at=now, dismissed_by=leaving.undone_by),)
    called_off = isinstance(leaving, BookingCancelled)
    how = OverstayResolution.CANCELLED if called_off else OverstayResolution.CHECKED_OUT
    return (resolved(booking, incident, how, now),)


def resolved(booking: Booking, incident: Incident, how: OverstayResolution, now: datetime) -> OverstayResolved:
    """The event that resolves the incident."""
    return OverstayResolved(**_about(booking, incident, OverstayResolved), resolution=how, resolved_at=now)


def state(booking: Booking, *, now: datetime) -> OverstayState:
    """The state of the overstay at this moment, even where the timer has not flagged the overstay yet."""
    severity = deadlines.overstay_severity(booking, now)
    over = now - booking.checkout_deadline_at
    return OverstayState(
        booking_id=booking.id,
        is_overstay=severity is not None,
        severity=severity,
        checkout_deadline_at=booking.checkout_deadline_at,
        minutes_over=int(over.total_seconds() // 60) if severity else 0,
        incident=booking.overstay,
        balance_due=booking.zero_if_none(booking.balance_due),
        version=booking.version,
    )


def ends_stay(booking: Booking, event: BookingEvent) -> bool:
    """Whether the event moves the booking out of the status `IN_HOUSE`."""
    if not LIFECYCLE.allows(booking.status, type(event)):
        return False
    return booking.status is BookingStatus.IN_HOUSE is not LIFECYCLE.after(booking.status, type(event))


def _about(booking: Booking, incident: Incident, event: type[Any]) -> dict[str, Any]:
    return {
        **booking.about,
        "incident_id": incident.id,
        "incident_status": OVERSTAYS.after(incident.status, event),
        "severity": incident.severity,
    }
