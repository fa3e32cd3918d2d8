"""Overstays: flagged by the clock, acknowledged or dismissed by staff, told to who asks."""

from dataclasses import replace
from uuid import uuid4

from contracts.bookings import AcknowledgeOverstay, BookingDetail, GetOverstay, OverstayState
from contracts.values import SYSTEM
from services.bookings.domain import access, overstays, presenting
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked, seen
from services.bookings.work import BookingsWork


def flag_overstays(work: BookingsWork) -> bool:
    """Flag one guest who has not left in time, or whose overstay has become more severe."""
    booking = work.bookings.lock_overstaying(work.now)
    if booking is None:
        return False
    _flagged(work, booking)
    return True


def acknowledge_overstay(command: AcknowledgeOverstay, work: BookingsWork) -> BookingDetail:
    """Staff know of it, or say that it is none; the note stays with the hotel."""
    booking = _flagged(work, locked(work, command))
    by = work.caller.actor
    facts = overstays.acknowledge(booking, command, by=by, now=work.now)
    after = work.record(booking, facts, by=by, why=command.note)
    if facts and after.overstay and command.note:
        after = work.note(after, overstay=replace(after.overstay, note=command.note))
    return presenting.detail(after, now=work.now)


def get_overstay(query: GetOverstay, work: BookingsWork) -> OverstayState:
    """How the booking's overstay stands, for staff."""
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return overstays.state(booking, now=work.now)


def _flagged(work: BookingsWork, booking: Booking) -> Booking:
    return work.record(booking, overstays.flag(booking, incident_id=uuid4().hex, now=work.now), by=SYSTEM)
