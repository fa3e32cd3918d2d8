"""Overstays: a guest in house past check-out time, what staff make of it, and how it is asked about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.message import Query
from contracts.values import Actor, Money


class OverstaySeverity(StrEnum):
    """How late it is: within the hotel's grace, past it, past two hours."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class IncidentStatus(StrEnum):
    """Where an overstay incident stands."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


class OverstayResolution(StrEnum):
    """What ended an overstay."""

    CHECKED_OUT = "CHECKED_OUT"
    CANCELLED = "CANCELLED"
    EXTENDED = "EXTENDED"


@dataclass(frozen=True, kw_only=True)
class OverstayEvent(BookingEvent, abstract=True):
    """A fact about one overstay incident of a booking."""

    incident_id: str
    incident_status: IncidentStatus
    severity: OverstaySeverity


@dataclass(frozen=True, kw_only=True)
class OverstayFlagged(OverstayEvent):
    """The guest has not left in time; told again, of the same incident, whenever the severity rises."""

    room_number: str
    checkout_deadline_at: datetime
    flagged_at: datetime
    previous_severity: OverstaySeverity | None = None


@dataclass(frozen=True, kw_only=True)
class OverstayAcknowledged(OverstayEvent):
    """Staff know of it."""

    acknowledged_at: datetime
    acknowledged_by: Actor


@dataclass(frozen=True, kw_only=True)
class OverstayDismissed(OverstayEvent):
    """Staff say that it is none; for this check-out time it is not flagged again."""

    dismissed_at: datetime
    dismissed_by: Actor


@dataclass(frozen=True, kw_only=True)
class OverstayResolved(OverstayEvent):
    """It is over: the guest has left, or stays on as agreed."""

    resolution: OverstayResolution
    resolved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One overstay incident. `deadline_at` is the check-out time that was missed; the note stays with the hotel."""

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
    """Whether a guest overstays right now, by how much, and the booking's latest incident."""

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
    """Staff know of the overstay, or `dismiss` it. Refused `NO_OVERSTAY`, `ILLEGAL_TRANSITION` where it is closed."""

    note: str = ""
    dismiss: bool = False


@dataclass(frozen=True, kw_only=True)
class GetOverstay(Query[OverstayState]):
    """How a booking's overstay stands, for its hotel's staff."""

    hotel: str
    booking_id: str
