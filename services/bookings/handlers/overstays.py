"""Overstays: flagged by a timer, acknowledged or dismissed by staff."""

from dataclasses import replace
from uuid import uuid4

from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay, OverstayState
from contracts.bookings.views import BookingDetail
from contracts.values import SYSTEM
from services.bookings.domain import access, overstays
from services.bookings.domain.booking import Booking
from services.bookings.steps.booking_access import locked, visible
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def flag_overstays(work: BookingsWork) -> bool:
    """Flag one new overstay or one higher severity; returns False where no overstay is due."""
    booking = work.bookings.lock_overstaying(work.now)
    if booking is None:
        return False
    _flag(work, booking)
    return True


def acknowledge_overstay(command: AcknowledgeOverstay, work: BookingsWork) -> BookingDetail:
    """Acknowledge or dismiss the overstay; the note is stored with the incident."""
    booking = _flag(work, locked(work, command))
    by = work.caller.actor
    events = overstays.acknowledge(booking, command, by=by, now=work.now)
    after = work.record(booking, events, by=by, remark=command.note)
    if events and after.overstay and command.note:
        after = work.note(after, overstay=replace(after.overstay, note=command.note))
    return booking_detail(work, after)


def get_overstay(query: GetOverstay, work: BookingsWork) -> OverstayState:
    """The state of the booking's overstay at this moment, for staff."""
    booking = visible(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return overstays.state(booking, now=work.now)


def _flag(work: BookingsWork, booking: Booking) -> Booking:
    return work.record(booking, overstays.flag(booking, incident_id=uuid4().hex, now=work.now), by=SYSTEM)
