"""Communications: messages of staff to a guest, notes about a booking, and the data of the system's mails."""

from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk
from contracts.bookings.events import BookingEvent
from contracts.bookings.views import BookingDetail
from contracts.data import Data
from contracts.message import Command, Query
from contracts.values import Actor, Page


class CommunicationType(StrEnum):
    """The types of a communication. `PHONE` and `NOTE` record a past contact and send no message."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PHONE = "PHONE"
    NOTE = "NOTE"


class DeliveryStatus(StrEnum):
    """The delivery statuses. `SENT`: the mail server accepted the mail. A call or a note is `DELIVERED` at once."""

    PENDING = "PENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class CommunicationRequested(BookingEvent):
    """Staff wrote a message to the guest. The event contains neither text nor recipient; the notifier asks for both."""

    communication_id: str
    communication_type: CommunicationType
    requested_at: datetime


class CommunicationNoted(BookingEvent):
    """Staff recorded a call or a note; nothing is sent."""

    communication_id: str
    communication_type: CommunicationType
    noted_at: datetime


class Communication(Data):
    """One communication. A mail by the system has no `staff_member` and no stored text."""

    id: str
    communication_type: CommunicationType
    subject: str
    message: str
    recipient: str
    staff_member: Actor | None
    sent_at: datetime
    delivery_status: DeliveryStatus
    failure_reason: str | None


class Communications(Data):
    """A page of a booking's communications, newest first."""

    booking_id: str
    count: int
    results: tuple[Communication, ...]


class MailFacts(Data):
    """The booking's data for a mail. `access_code` is the one-time code of the mail's link; None without a link.

    `before_payment` means that a guest made the booking online, and that no card was authorised for the booking and
    nobody confirmed it. Such mails are counted by `recipient_key`, the keyed hash of the guest's e-mail address.
    """

    booking: BookingDetail
    access_code: str | None = None
    before_payment: bool = False
    recipient_key: str = ""


class Letter(Data):
    """The text and recipient of a message, with the booking's data for the mail."""

    recipient: str
    subject: str
    message: str
    facts: MailFacts


class Communicate(BookingAsk, Command[Communication]):
    """Send a message to the guest, or record a note.

    An empty `recipient` stands for the guest's own e-mail address or phone number.
    """

    communication_type: CommunicationType
    message: str
    subject: str = ""
    recipient: str = ""


class ListCommunications(BookingAsk, Query[Communications]):
    """Return a page of a booking's communications, for the hotel's staff."""

    page: Page = Page()


class GetLetter(Command[Letter]):
    """Return a message's text and recipient, and a new one-time code. Refused `COMMUNICATION_NOT_FOUND`."""

    booking_id: str
    communication_id: str
    hotel: str = ""


class GetMailFacts(Command[MailFacts]):
    """Return the booking's data for a mail. With `with_code` the reply contains a new one-time code for a link."""

    booking_id: str
    with_code: bool = True
    hotel: str = ""


class MailedBooking(Data):
    """A booking whose guest gets a mail."""

    hotel: str
    booking_id: str


class ManyMailFacts(Data):
    """The data of several mails, in the order of the ask; None for an unknown booking."""

    facts: tuple[MailFacts | None, ...]


class GetManyMailFacts(Command[ManyMailFacts]):
    """Return the data of these bookings for one mail each, with a new one-time code for each mail's link."""

    bookings: tuple[MailedBooking, ...]
