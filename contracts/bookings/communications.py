"""What the hotel's staff and the system have written, said or noted about a booking."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.bookings.views import MailFacts
from contracts.message import Command, Query
from contracts.values import Actor, Page


class CommunicationType(StrEnum):
    """How it reaches whom. `PHONE` and `NOTE` are records of what has happened already."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    NOTE = "NOTE"


class DeliveryStatus(StrEnum):
    """How far it has come. `SENT`: the mail server took it; a record is `DELIVERED` by being there."""

    PENDING = "PENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class CommunicationRequested(BookingEvent):
    """Staff wrote to the guest: it is to be sent. What and whom to is asked for when it is."""

    communication_id: str
    communication_type: CommunicationType
    requested_at: datetime


@dataclass(frozen=True, kw_only=True)
class CommunicationNoted(BookingEvent):
    """Staff noted something on the booking that nobody has to send."""

    communication_id: str
    communication_type: CommunicationType
    noted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Communication:
    """One of them. The system's own mails have no `staff_member`, and their text is not kept."""

    id: str
    communication_type: CommunicationType
    subject: str
    message: str
    recipient: str
    staff_member: Actor | None
    sent_at: datetime
    delivery_status: DeliveryStatus
    failure_reason: str | None


@dataclass(frozen=True, kw_only=True)
class Communications:
    """A page of a booking's communications, newest first."""

    booking_id: str
    count: int
    results: tuple[Communication, ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is to be sent, and whom to; with what a mail says of the booking."""

    recipient: str
    subject: str
    message: str
    facts: MailFacts


@dataclass(frozen=True, kw_only=True)
class Communicate(Command[Communication]):
    """Write to the guest, or note what was said. `recipient` empty: the guest's own address or number."""

    hotel: str
    booking_id: str
    communication_type: CommunicationType
    message: str
    subject: str = ""
    recipient: str = ""


@dataclass(frozen=True, kw_only=True)
class ListCommunications(Query[Communications]):
    """A booking's communications, for its hotel's staff."""

    hotel: str
    booking_id: str
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetLetter(Command[Letter]):
    """What a communication says, for who sends it; its link's code is made now. Refused `COMMUNICATION_NOT_FOUND`."""

    booking_id: str
    communication_id: str
