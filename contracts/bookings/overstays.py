"""Overstays: guests in house past the check-out deadline."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.message import Query
from contracts.values import Actor, Money


class OverstaySeverity(StrEnum):
    """The severity of an overstay: within the hotel's grace period, past it, past two hours."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class IncidentStatus(StrEnum):
    """The status of an overstay incident."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


class OverstayResolution(StrEnum):
    """The resolution of an overstay."""

    CHECKED_OUT = "CHECKED_OUT"
    CANCELLED = "CANCELLED"
    EXTENDED = "EXTENDED"


@dataclass(frozen=True, kw_only=True)
class OverstayEvent(BookingEvent, abstract=True):
    """An event of one overstay incident."""

    incident_id: str
    incident_status: IncidentStatus
    severity: OverstaySeverity


@dataclass(frozen=True, kw_only=True)
class OverstayFlagged(OverstayEvent):
    """The guest overstays; published again for the same incident when the severity rises."""

    room_number: str
    checkout_deadline_at: datetime
    flagged_at: datetime
    previous_severity: OverstaySeverity | None = None


@dataclass(frozen=True, kw_only=True)
class OverstayAcknowledged(OverstayEvent):
    """Staff acknowledged the overstay."""

    acknowledged_at: datetime
    acknowledged_by: Actor


@dataclass(frozen=True, kw_only=True)
class OverstayDismissed(OverstayEvent):
    """Staff dismissed the overstay; it is not flagged again for this deadline."""

    dismissed_at: datetime
    dismissed_by: Actor


@dataclass(frozen=True, kw_only=True)
class OverstayResolved(OverstayEvent):
    """The overstay ended: the guest left, or the stay was extended."""

    resolution: OverstayResolution
    resolved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One overstay incident. `deadline_at` is the missed check-out deadline; `note` is for staff only."""

    id: str
    status: IncidentStatus
    severity: OverstaySeverity
    deadline_at: datetime
    opened_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: Actor | None = None
    closed_at: datetime | None = None
    closed_by: Actor | None = None
    resolution: OverstayResolution | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class OverstayState:
    """The overstay at this moment, and the booking's latest incident."""

    booking_id: str
    is_overstay: bool
    severity: OverstaySeverity | None
    checkout_deadline_at: datetime
    minutes_over: int
    incident: Incident | None
    balance_due: Money
    version: int


@dataclass(frozen=True, kw_only=True)
class AcknowledgeOverstay(BookingCommand):
    """Acknowledge or `dismiss` the overstay. Refused `NO_OVERSTAY`, and `ILLEGAL_TRANSITION` for a closed incident."""

    note: str = ""
    dismiss: bool = False


@dataclass(frozen=True, kw_only=True)
class GetOverstay(Query[OverstayState]):
    """The overstay of a booking at this moment, for its hotel's staff."""

    hotel: str
    booking_id: str
