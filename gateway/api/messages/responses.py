"""What was written to a guest or noted about them."""

from dataclasses import dataclass
from datetime import datetime

from contracts import bookings
from gateway.api.bookings.responses import Person


@dataclass(frozen=True, kw_only=True)
class Communication:
    """One communication. The system's own mails have no `staff_member`, and their text is not kept."""

    id: str
    communication_type: str
    subject: str
    message: str
    recipient: str
    staff_member: Person | None
    sent_at: datetime
    delivery_status: str
    failure_reason: str | None


@dataclass(frozen=True, kw_only=True)
class CommunicationList:
    """A page of a booking's communications, newest first."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Communication, ...]


def communication(kept: bookings.Communication) -> Communication:
    """One communication."""
    who = kept.staff_member
    person = Person(kind=who.kind, id=who.id, name=who.name) if who else None
    return Communication(**{**vars(kept), "staff_member": person})
