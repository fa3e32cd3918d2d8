"""Amendments by staff: notes, guest contact, and the mark that staff have seen a booking."""

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.views import BookingDetail
from services.bookings.domain import amendments
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes and contact; the event has the names of the changed fields, never their values."""
    booking = locked(work, command)
    amendment = amendments.amend(booking, command, by=work.caller.actor)
    if amendment:
        booking = work.record(booking, (amendment.event,), by=work.caller.actor, **amendment.changes)
    return booking_detail(work, booking)


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Store when staff first saw the booking.

    The booking's version does not change, so that the `If-Match` of another client stays valid.
    """
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return booking_detail(work, booking)
