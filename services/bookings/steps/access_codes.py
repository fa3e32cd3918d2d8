"""One-time codes in mailed links, and the facts of a mail about a booking."""

import secrets
from datetime import timedelta

from contracts.bookings.mails import MailFacts
from services.bookings.domain import access, views
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork

VALID_FOR = timedelta(days=7)


def issue_code(booking: Booking, work: BookingsWork) -> str:
    """A new one-time code that opens the booking; only its hash is stored."""
    code = secrets.token_urlsafe(24)
    work.access_codes.issue(booking.id, access.hashed(code), ends_at=work.now + VALID_FOR)
    return code


def mail_facts(booking: Booking, work: BookingsWork, *, with_code: bool) -> MailFacts:
    """The facts of a mail about the booking; `with_code`: with a one-time code for its link."""
    code = issue_code(booking, work) if with_code else None
    return MailFacts(booking=views.detail(booking, now=work.now), access_code=code)
