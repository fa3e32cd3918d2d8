"""The facts of a mail about a booking."""

from dataclasses import dataclass

from contracts.bookings.views import BookingDetail
from contracts.message import Command


@dataclass(frozen=True, kw_only=True)
class MailFacts:
    """The facts of a mail about a booking, and the one-time code of its link, if any."""

    booking: BookingDetail
    access_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class GetMailFacts(Command[MailFacts]):
    """The facts of a mail about the booking; `with_code` makes a one-time code for its link."""

    booking_id: str
    with_code: bool = True
