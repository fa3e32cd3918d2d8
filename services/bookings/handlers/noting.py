"""What staff write on a booking, and that they have looked at it."""

from contracts.bookings import AmendBooking, BookingDetail, MarkSeen
from services.bookings.domain import amending, presenting
from services.bookings.handlers.admission import locked
from services.bookings.work import BookingsWork


def amend_booking(command: AmendBooking, work: BookingsWork) -> BookingDetail:
    """Change notes and contact; the event names the fields, never what is in them."""
    booking = locked(work, command)
    amendment = amending.amend(booking, command, by=work.caller.actor)
    if amendment:
        booking = work.record(booking, (amendment.event,), by=work.caller.actor, **amendment.changes)
    return presenting.detail(booking, now=work.now)


def mark_seen(command: MarkSeen, work: BookingsWork) -> BookingDetail:
    """Staff have looked. No fact of the booking's life, so a colleague's `If-Match` still fits."""
    booking = locked(work, command)
    if booking.seen_at is None:
        booking = work.note(booking, seen_at=work.now)
    return presenting.detail(booking, now=work.now)
