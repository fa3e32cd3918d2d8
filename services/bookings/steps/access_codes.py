"""One-time codes in mailed links, and the booking's data for a mail."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from contracts.bookings.communications import MailFacts
from services.bookings.domain import views
from services.bookings.domain.booking import Booking
from services.bookings.domain.guest_tokens import hashed
from services.bookings.work import BookingsWork

VALID_FOR = timedelta(days=7)


def issue_code(booking: Booking, work: BookingsWork) -> str:
    """Store a new one-time code for the booking, as a hash; returns the code."""
    [code] = _issue([booking], work)
    return code


def mail_facts(booking: Booking, work: BookingsWork, *, with_code: bool) -> MailFacts:
    """The booking's data for a mail; `with_code` adds a one-time code for the mail's link."""
    return _facts(booking, issue_code(booking, work) if with_code else None, work)


def many_mail_facts(bookings: Sequence[Booking], work: BookingsWork) -> list[MailFacts]:
    """The data of each booking for a mail, with a one-time code for the mail's link."""
    codes = _issue(bookings, work)
    return [_facts(booking, code, work) for booking, code in zip(bookings, codes, strict=True)]


def _issue(bookings: Sequence[Booking], work: BookingsWork) -> list[str]:
    codes = [secrets.token_urlsafe(24) for _ in bookings]
    hashes = [(booking, hashed(code)) for booking, code in zip(bookings, codes, strict=True)]
    work.access_codes.issue(hashes, ends_at=work.now + VALID_FOR)
    return codes


def _facts(booking: Booking, code: str | None, work: BookingsWork) -> MailFacts:
    return MailFacts(
        booking=views.detail(booking, now=work.now),
        access_code=code,
        before_payment=booking.is_unproven,
        recipient_key=work.dependencies.guest_tokens.email_hash(booking.guest.email),
    )
