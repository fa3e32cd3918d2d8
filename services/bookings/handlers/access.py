"""How a guest gets in: by the token, or by the one-time code of a mail that is turned into it."""

import secrets
from datetime import timedelta

from chassis.refusal import Refusal
from contracts.bookings import (
    AuthenticateGuest,
    BookingDetail,
    ExchangeCode,
    GetMailFacts,
    GuestAccess,
    MailFacts,
    RevokeGuestToken,
)
from services.bookings.domain import access, presenting
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked
from services.bookings.work import BookingsWork

CODE_KEPT = timedelta(days=7)


def authenticate_guest(query: AuthenticateGuest, work: BookingsWork) -> GuestAccess:
    """Which booking the caller's token opens. Refused `INVALID_TOKEN`, also where it is not the one asked about."""
    token_hash = access.hashed(work.caller.guest_token or "")
    found = work.bookings.find(query.booking_id) if query.booking_id else work.bookings.find_by_token(token_hash)
    if found is None:
        raise access.invalid_token()
    access.admit_guest(found, work.caller, now=work.now)
    return _access(found)


def revoke_guest_token(command: RevokeGuestToken, work: BookingsWork) -> BookingDetail:
    """The token and the codes that lead to it open nothing any more; notifier hears of it and closes what is open."""
    booking = locked(work, command)
    by, key = work.caller.actor, work.dependencies.guest_token_key
    fact, guest = access.revoked(booking, key=key, by=by, now=work.now)
    work.codes.void(booking.id, now=work.now)
    return presenting.detail(work.record(booking, (fact,), by=by, guest=guest), now=work.now)


def get_mail_facts(command: GetMailFacts, work: BookingsWork) -> MailFacts:
    """What a mail says; its link's code is kept as a hash only, for a week."""
    access.system_only(work.caller)
    booking = work.bookings.find(command.booking_id)
    if booking is None:
        raise access.not_found()
    return mail_facts(booking, work, with_code=command.with_code)


def mail_facts(booking: Booking, work: BookingsWork, *, with_code: bool) -> MailFacts:
    """What any mail says of the booking; with a code, its link opens it."""
    code = None
    if with_code:
        code = secrets.token_urlsafe(24)
        work.codes.issue(booking.id, access.hashed(code), ends_at=work.now + CODE_KEPT)
    return MailFacts(booking=presenting.detail(booking, now=work.now), access_code=code)


def exchange_code(command: ExchangeCode, work: BookingsWork) -> GuestAccess:
    """Turn a code into the guest token, once. Refused `INVALID_CODE`."""
    booking_id = work.codes.use(access.hashed(command.code), now=work.now)
    booking = work.bookings.find(booking_id) if booking_id else None
    if booking is None or work.now >= access.token_ends_at(booking):
        raise Refusal("INVALID_CODE", "This link has been used or has run out.")
    key, generation = work.dependencies.guest_token_key, booking.guest.token_generation
    return _access(booking, token=access.derived_token(key, booking.id, generation))


def _access(booking: Booking, *, token: str | None = None) -> GuestAccess:
    return GuestAccess(
        booking_id=booking.id, hotel=booking.hotel, guest_token=token, read_only=access.is_read_only(booking)
    )
