"""The effect of each overstay event on a booking's incident."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.bookings.events import BookingEvent
from contracts.bookings.overstays import (
    Incident,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayEvent,
    OverstayFlagged,
    OverstayResolved,
)
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import OVERSTAYS

Changes = dict[str, Any]


def _flagged(booking: Booking, event: OverstayFlagged) -> Changes:
    if event.previous_severity:
        return _changed(booking, event)
    return {
        "overstay": Incident(
            id=event.incident_id,
            status=OVERSTAYS.after(None, OverstayFlagged),
            severity=event.severity,
            deadline_at=event.checkout_deadline_at,
            opened_at=event.flagged_at,
        )
    }


def _acknowledged(booking: Booking, event: OverstayAcknowledged) -> Changes:
    return _changed(booking, event, acknowledged_at=event.acknowledged_at, acknowledged_by=event.acknowledged_by)


def _dismissed(booking: Booking, event: OverstayDismissed) -> Changes:
    return _changed(booking, event, closed_at=event.dismissed_at, closed_by=event.dismissed_by)


def _resolved(booking: Booking, event: OverstayResolved) -> Changes:
    return _changed(booking, event, closed_at=event.resolved_at, resolution=event.resolution)


def _changed(booking: Booking, event: OverstayEvent, **changes: Any) -> Changes:
    if booking.overstay is None:
        raise ValueError(f"{booking.id} has no overstay")
    status = OVERSTAYS.after(booking.overstay.status, type(event))
    return {"overstay": replace(booking.overstay, status=status, severity=event.severity, **changes)}


EFFECTS: dict[type[BookingEvent], Callable[[Booking, Any], Changes]] = {
    OverstayFlagged: _flagged,
    OverstayAcknowledged: _acknowledged,
    OverstayDismissed: _dismissed,
    OverstayResolved: _resolved,
}
