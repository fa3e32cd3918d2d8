"""The data of a booking that a mail about the booking contains."""

from contracts.bookings.views import BookingDetail
from contracts.data import Data
from contracts.message import Command


class MailFacts(Data):
    """The booking's data for a mail, and the one-time code of the mail's link, if the mail has a link."""

    booking: BookingDetail
    access_code: str | None = None


class GetMailFacts(Command[MailFacts]):
    """Return the booking's data for a mail. With `with_code` the reply contains a new one-time code for a link."""

    booking_id: str
    with_code: bool = True
