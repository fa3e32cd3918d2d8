"""One-time codes in mailed links, and the booking's data for a mail."""

import secrets
from datetime import timedelta

from contracts.bookings.communications import MailFacts
from services.bookings.domain import views
from services.bookings.domain.booking import Booking
from services.bookings.domain.guest_tokens import hashed
from services.bookings.work import BookingsWork

VALID_FOR = timedelta(days=7)


def issue_code(booking: Booking, work: BookingsWork) -> str:
    """Store a new one-time code for the booking, as a hash; returns the code."""
    code = secrets.token_urlsafe(24)
    work.access_codes.issue(booking, hashed(code), ends_at=work.now + VALID_FOR)
    return code


def mail_facts(booking: Booking, work: BookingsWork, *, with_code: bool) -> MailFacts:
    """The booking's data for a mail; `with_code` adds a one-time code for the mail's link."""
    code = issue_code(booking, work) if with_code else None
    return MailFacts(
        booking=views.detail(booking, now=work.now),
        access_code=code,
        before_payment=booking.is_unproven,
        recipient_key=work.dependencies.guest_tokens.email_hash(booking.guest.email),
    )
