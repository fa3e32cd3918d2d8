"""Amendments by staff: notes, contact, and the mark that staff have seen the booking."""

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.views import BookingDetail
from services.bookings.domain import amendments
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail, record
from services.bookings.work import BookingsWork


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes and contact. The event has the names of the changed fields; the history has their values, too."""
    booking = locked(work, command)
    amendment = amendments.amend(booking, command, by=work.caller.actor)
    if amendment is None:
        return booking_detail(work, booking)
    reply = record(work, booking, (amendment.event,), **amendment.changes)
    work.history.add_amendment(booking, reply.version, amendment.history)
    return reply


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Store when staff first saw the booking. The version does not change, so that every `If-Match` stays valid."""
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return booking_detail(work, booking)
