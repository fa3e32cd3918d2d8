"""Amendments by staff: notes, contact, and the mark that staff have seen the booking."""

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.views import BookingDetail
from services.bookings.domain import access, amendments, assignments
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail, record
from services.bookings.work import BookingsWork


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes, contact and the lock of the room.

    The event of notes and contact has the names of the changed fields; the history has their values, too.

    A corrected e-mail address revokes the guest's token and the mailed codes, which somebody else may have. A mail
    brings the new link to the new address.
    """
    booking = locked(work, command)
    by = work.caller.actor
    amendment = amendments.amend(booking, command, by=by)
    lock = assignments.lock_changed(booking, locked=command.room_locked, by=by, now=work.now)
    if lock:
        pending_actions.require_none(booking)
    if amendment is None:
        return record(work, booking, lock)
    work.history.add_amendment(booking, booking.version + 1, amendment.history)
    if not amendment.corrects_address:
        return record(work, booking, (amendment.event, *lock), **amendment.changes)
    guest, tokens = amendment.changes["guest"], work.dependencies.guest_tokens
    revoked, guest = access.revoke(booking, guest, tokens=tokens, by=by, now=work.now, address_corrected=True)
    work.access_codes.void(booking, now=work.now)
    return record(work, booking, (amendment.event, revoked, *lock), **amendment.changes | {"guest": guest})


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Store when staff first saw the booking. The version does not change, so that every `If-Match` stays valid."""
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return booking_detail(work, booking)
