"""A guest who has not left in time: when that is flagged, what staff may say to it, and what ends it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings import (
    AcknowledgeOverstay,
    BookingCancelled,
    BookingEvent,
    BookingStatus,
    Incident,
    IncidentStatus,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayFlagged,
    OverstayResolution,
    OverstayResolved,
    OverstayState,
)
from contracts.values import Actor
from services.bookings.domain import deadlines
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import LIFECYCLE, OVERSTAYS, UNDECIDED


def live(booking: Booking) -> Incident | None:
    """The incident that nobody has closed."""
    told = booking.overstay
    return told if told and told.status in UNDECIDED else None


def flag(booking: Booking, *, incident_id: str, now: datetime) -> Sequence[OverstayFlagged]:
    """The overstay, or its rise to a higher severity, where that is not told yet. `incident_id` names a new one."""
    due, severity = deadlines.overstay_due_at(booking), deadlines.overstay_severity(booking, now)
    if severity is None or due is None or now <= due:
        return ()
    told = live(booking)
    return (
        OverstayFlagged(
            booking_id=booking.id,
            hotel=booking.hotel,
            incident_id=told.id if told else incident_id,
            incident_status=told.status if told else IncidentStatus.OPEN,
            severity=severity,
            room_number=booking.assigned_room_number or "",
            checkout_deadline_at=booking.checkout_deadline_at,
            flagged_at=now,
            previous_severity=told.severity if told else None,
        ),
    )


def acknowledge(
    booking: Booking, command: AcknowledgeOverstay, *, by: Actor, now: datetime
) -> Sequence[OverstayAcknowledged | OverstayDismissed]:
    """Staff know of it, or dismiss it; nothing where they have said so before. Refused `NO_OVERSTAY`."""
    told = booking.overstay
    if told is None:
        raise Refusal("NO_OVERSTAY", "The guest has not overstayed.")
    if told.status is (IncidentStatus.DISMISSED if command.dismiss else IncidentStatus.ACKNOWLEDGED):
        return ()
    if command.dismiss:
        return (OverstayDismissed(**_about(booking, told, OverstayDismissed), dismissed_at=now, dismissed_by=by),)
    return (
        OverstayAcknowledged(**_about(booking, told, OverstayAcknowledged), acknowledged_at=now, acknowledged_by=by),
    )


def ended_by(booking: Booking, events: Sequence[BookingEvent], *, now: datetime) -> Sequence[OverstayResolved]:
    """The end of a live incident where these events take the guest out of the house, by whatever way."""
    told = live(booking)
    leaving = next((event for event in events if leaves(booking, event)), None)
    if told is None or leaving is None:
        return ()
    called_off = isinstance(leaving, BookingCancelled)
    how = OverstayResolution.CANCELLED if called_off else OverstayResolution.CHECKED_OUT
    return (resolved(booking, told, how, now),)


def resolved(booking: Booking, told: Incident, how: OverstayResolution, now: datetime) -> OverstayResolved:
    """The end of an incident as a fact."""
    return OverstayResolved(**_about(booking, told, OverstayResolved), resolution=how, resolved_at=now)


def state(booking: Booking, *, now: datetime) -> OverstayState:
    """How it stands right now, also where the timer has not come by yet."""
    severity = deadlines.overstay_severity(booking, now)
    over = now - booking.checkout_deadline_at
    return OverstayState(
        booking_id=booking.id,
        is_overstay=severity is not None,
        severity=severity,
        checkout_deadline_at=booking.checkout_deadline_at,
        minutes_over=int(over.total_seconds() // 60) if severity else 0,
        incident=booking.overstay,
        balance_due=booking.balance_due or booking.nothing,
        version=booking.version,
    )


def leaves(booking: Booking, event: BookingEvent) -> bool:
    if not LIFECYCLE.allows(booking.status, type(event)):
        return False
    return booking.status is BookingStatus.IN_HOUSE is not LIFECYCLE.after(booking.status, type(event))


def _about(booking: Booking, told: Incident, event: type[Any]) -> dict[str, Any]:
    return {
        "booking_id": booking.id,
        "hotel": booking.hotel,
        "incident_id": told.id,
        "incident_status": OVERSTAYS.after(told.status, event),
        "severity": told.severity,
    }
