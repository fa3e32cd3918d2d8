"""Guest access: by token, or by a mailed one-time code, which is exchanged for the token."""

from chassis.refusal import Refusal
from contracts.bookings.communications import GetMailFacts, GetManyMailFacts, MailFacts, ManyMailFacts
from contracts.bookings.guest_access import (
    AuthenticateGuest,
    EndedGuestTokens,
    ExchangeCode,
    FindEndedGuestTokens,
    GuestAccess,
    GuestToken,
    RevokeGuestToken,
)
from contracts.bookings.views import BookingDetail
from services.bookings.domain import access
from services.bookings.domain.booking import Booking
from services.bookings.domain.guest_tokens import hashed
from services.bookings.steps import access_codes
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def authenticate_guest(query: AuthenticateGuest, work: BookingsWork) -> GuestAccess:
    """The booking that the caller's token opens. Refused `INVALID_TOKEN`, also if the query names another booking."""
    token_hash = hashed(work.caller.guest_token or "")
    if query.booking_id:
        booking = work.bookings.find_in_any_hotel(query.booking_id)
    else:
        booking = work.bookings.find_by_token(token_hash)
    if booking is None:
        raise access.invalid_token()
    access.admit_guest(booking, work.caller, tokens=work.dependencies.guest_tokens, now=work.now)
    return _access(booking)


def find_ended_tokens(query: FindEndedGuestTokens, work: BookingsWork) -> EndedGuestTokens:
    """Which of the tokens are not valid. The tokens themselves are the permission: the caller need not be known."""
    tokens = work.dependencies.guest_tokens
    bookings = work.bookings.find_all({(each.hotel, each.booking_id) for each in query.tokens})

    def is_valid(each: GuestToken) -> bool:
        booking = bookings.get((each.hotel, each.booking_id))
        return booking is not None and access.is_valid(booking, each.token, tokens=tokens, now=work.now)

    return EndedGuestTokens(positions=tuple(n for n, each in enumerate(query.tokens) if not is_valid(each)))


def revoke_guest_token(command: RevokeGuestToken, work: BookingsWork) -> BookingDetail:
    """Revoke the guest's token and the unused codes of the booking. The notifier then ends the guest's connections."""
    booking = locked(work, command)
    by, tokens = work.caller.actor, work.dependencies.guest_tokens
    revoked, guest = access.revoke(booking, booking.guest, tokens=tokens, by=by, now=work.now)
    work.access_codes.void(booking, now=work.now)
    return booking_detail(work, work.record(booking, (revoked,), by=by, guest=guest))


def get_mail_facts(command: GetMailFacts, work: BookingsWork) -> MailFacts:
    """The booking's data for a mail, with a one-time code where the mail has a link. Refused `BOOKING_NOT_FOUND`."""
    access.system_only(work.caller)
    booking = work.bookings.find(command.hotel, command.booking_id)
    if booking is None:
        raise access.not_found()
    return access_codes.mail_facts(booking, work, with_code=command.with_code)


def get_many_mail_facts(command: GetManyMailFacts, work: BookingsWork) -> ManyMailFacts:
    """The data of several bookings for mails, each with a one-time code; None for an unknown booking."""
    access.system_only(work.caller)
    keys = [(each.hotel, each.booking_id) for each in command.bookings]
    bookings = work.bookings.find_all(set(keys))
    mailed = [bookings[key] for key in keys if key in bookings]
    facts = iter(access_codes.many_mail_facts(mailed, work))
    return ManyMailFacts(facts=tuple(next(facts) if key in bookings else None for key in keys))


def exchange_code(command: ExchangeCode, work: BookingsWork) -> GuestAccess:
    """Exchange a one-time code for the guest token, which derives from the newest key.

    Refused `INVALID_CODE` for an unknown, used or expired code.
    """
    opened = work.access_codes.use(hashed(command.code), now=work.now)
    booking = work.bookings.find(*opened) if opened else None
    if booking is None or work.now >= access.token_ends_at(booking):
        raise Refusal("INVALID_CODE", "This link has been used or has run out.")
    token = work.dependencies.guest_tokens.new(booking.id, booking.guest.token_generation)
    if hashed(token) != booking.guest.token_hash:
        work.bookings.replace_token(booking, hashed(token))
    return _access(booking, token=token)


def delete_ended_codes(work: BookingsWork) -> bool:
    """Delete some one-time codes that have ended; returns False where there are none."""
    return work.access_codes.delete_ended(work.now)


def _access(booking: Booking, *, token: str | None = None) -> GuestAccess:
    return GuestAccess(**booking.about, guest_token=token, read_only=access.is_read_only(booking))
