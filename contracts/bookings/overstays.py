"""Overstays: a guest is still in house after check-out time, and staff handle the incident."""

from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk, BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.data import Data
from contracts.message import Query
from contracts.values import Actor, Money


class OverstaySeverity(StrEnum):
    """The severity of an overstay.

    `LOW` is within the hotel's grace period, `MEDIUM` after that period, `HIGH` more than two hours after check-out
    time.
    """

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class IncidentStatus(StrEnum):
    """The statuses of an overstay incident."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


class OverstayResolution(StrEnum):
    """The reason why an overstay ended."""

    CHECKED_OUT = "CHECKED_OUT"
    CANCELLED = "CANCELLED"
    EXTENDED = "EXTENDED"


class OverstayEvent(BookingEvent, abstract=True):
    """An event of one overstay incident of a booking."""

    incident_id: str
    incident_status: IncidentStatus
    severity: OverstaySeverity


class OverstayFlagged(OverstayEvent):
    """The guest has not left by check-out time; published again for the same incident when the severity rises."""

    room_number: str
    checkout_deadline_at: datetime
    flagged_at: datetime
    previous_severity: OverstaySeverity | None = None


class OverstayAcknowledged(OverstayEvent):
    """Staff acknowledged the incident."""

    acknowledged_at: datetime
    acknowledged_by: Actor


class OverstayDismissed(OverstayEvent):
    """Staff dismissed the incident; the same check-out time is not flagged again."""

    dismissed_at: datetime
    dismissed_by: Actor


class OverstayResolved(OverstayEvent):
    """The incident ended because the guest left or the stay was extended."""

    resolution: OverstayResolution
    resolved_at: datetime


class Incident(Data):
    """One overstay incident. `deadline_at` is the missed check-out time; guests never see the `note`."""

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


class OverstayState(Data):
    """Whether the guest of a booking overstays, and the latest incident. `severity` is None without an overstay."""

    booking_id: str
    is_overstay: bool
    severity: OverstaySeverity | None
    checkout_deadline_at: datetime
    minutes_over: int
    incident: Incident | None
    balance_due: Money
    version: int


class AcknowledgeOverstay(BookingCommand):
    """Acknowledge the overstay or, with `dismiss`, dismiss the overstay.

    Refused `NO_OVERSTAY` where the guest does not overstay, `ILLEGAL_TRANSITION` where the incident is closed.
    """

    note: str = ""
    dismiss: bool = False


class GetOverstay(BookingAsk, Query[OverstayState]):
    """Return the state of a booking's overstay, for the hotel's staff."""
