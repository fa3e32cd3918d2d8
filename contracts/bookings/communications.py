"""Communications about a booking: messages and notes by staff, and notices by the system."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.bookings.mails import MailFacts
from contracts.message import Command, Query
from contracts.values import Actor, Page


class CommunicationType(StrEnum):
    """The type of a communication. `PHONE` and `NOTE` are records, which are not sent."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    NOTE = "NOTE"


class DeliveryStatus(StrEnum):
    """The delivery of a communication. `SENT`: accepted by the mail server. A record is `DELIVERED` at once."""

    PENDING = "PENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class CommunicationRequested(BookingEvent):
    """Staff requested a message to the guest. Text and recipient are not in the event."""

    communication_id: str
    communication_type: CommunicationType
    requested_at: datetime


@dataclass(frozen=True, kw_only=True)
class CommunicationNoted(BookingEvent):
    """Staff stored a record that is not sent."""

    communication_id: str
    communication_type: CommunicationType
    noted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Communication:
    """One communication. The system's own mails have no `staff_member`, and their text is not stored."""

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
    """The text and recipient of a message, with the facts of a mail about the booking."""

    recipient: str
    subject: str
    message: str
    facts: MailFacts


@dataclass(frozen=True, kw_only=True)
class Communicate(Command[Communication]):
    """Send a message to the guest, or store a record. `recipient` empty: the guest's own address or number."""

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
    """The text of a communication, with a new code for its link. Refused `COMMUNICATION_NOT_FOUND`."""

    booking_id: str
    communication_id: str
