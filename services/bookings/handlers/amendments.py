"""Amendments by staff: notes, contact, and the mark that staff have seen the booking."""

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.views import BookingDetail
from services.bookings.domain import access, amendments
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail, record
from services.bookings.work import BookingsWork


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes and contact. The event has the names of the changed fields; the history has their values, too.

    A corrected e-mail address revokes the guest's token and the mailed codes, which somebody else may have. A mail
    brings the new link to the new address.
    """
    booking = locked(work, command)
    by = work.caller.actor
    amendment = amendments.amend(booking, command, by=by)
    if amendment is None:
        return booking_detail(work, booking)
    work.history.add_amendment(booking, booking.version + 1, amendment.history)
    if not amendment.corrects_address:
        return record(work, booking, (amendment.event,), **amendment.changes)
    guest, tokens = amendment.changes["guest"], work.dependencies.guest_tokens
    revoked, guest = access.revoke(booking, guest, tokens=tokens, by=by, now=work.now, address_corrected=True)
    work.access_codes.void(booking, now=work.now)
    return record(work, booking, (amendment.event, revoked), **amendment.changes | {"guest": guest})


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Store when staff first saw the booking. The version does not change, so that every `If-Match` stays valid."""
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return booking_detail(work, booking)
