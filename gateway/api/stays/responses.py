"""How a booking's overstay stands, as staff see it."""

from dataclasses import dataclass, fields
from datetime import datetime

from contracts import bookings
from gateway.api.bookings.responses import Person, person
from gateway.http.money import major


@dataclass(frozen=True, kw_only=True)
class OverstayIncident:
    """One incident. `deadline_at` is the check-out time that was missed."""

    id: str
    status: str
    severity: str
    deadline_at: datetime
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: Person | None
    closed_at: datetime | None
    closed_by: Person | None
    resolution: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class OverstayStatus:
    """Whether a guest overstays right now, by how much, and the booking's latest incident."""

    booking_id: str
    is_overstay: bool
    overstay_severity: str | None
    checkout_deadline_at: datetime
    minutes_over: int
    incident: OverstayIncident | None
    balance_due: str
    currency: str


_ALIKE = tuple(each.name for each in fields(OverstayIncident) if not each.name.endswith("_by"))


def overstay_status(state: bookings.OverstayState) -> OverstayStatus:
    """How it stands."""
    return OverstayStatus(
        booking_id=state.booking_id,
        is_overstay=state.is_overstay,
        overstay_severity=state.severity,
        checkout_deadline_at=state.checkout_deadline_at,
        minutes_over=state.minutes_over,
        incident=_incident(state.incident) if state.incident else None,
        balance_due=major(state.balance_due),
        currency=state.balance_due.currency,
    )


def _incident(incident: bookings.Incident) -> OverstayIncident:
    return OverstayIncident(
        **{name: getattr(incident, name) for name in _ALIKE},
        acknowledged_by=person(incident.acknowledged_by),
        closed_by=person(incident.closed_by),
    )
