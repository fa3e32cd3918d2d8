"""Approve, decline, confirm, refund again: one transaction each, and harmless to ask again."""

from contracts.bookings import ApproveBooking, BookingDetail, ConfirmBooking, DeclineBooking, RetryRefund
from services.bookings.domain import approval, presenting, refunding
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked, uncontested
from services.bookings.work import BookingsWork


def approve_booking(command: ApproveBooking, work: BookingsWork) -> BookingDetail:
    """Staff say yes; payments hears of it and takes the money."""
    booking = locked(work, command)
    facts = approval.approve(booking, by=work.caller.actor, now=work.now)
    return _shown(work, work.record(booking, facts, by=work.caller.actor))


def decline_booking(command: DeclineBooking, work: BookingsWork) -> BookingDetail:
    """Staff say no; payments hears of it and voids the authorisation."""
    booking = locked(work, command)
    facts = approval.decline(booking, command, by=work.caller.actor, now=work.now)
    note = command.reason_note
    return _shown(work, work.record(booking, facts, by=work.caller.actor, why=note, reason_note=note or None))


def confirm_booking(command: ConfirmBooking, work: BookingsWork) -> BookingDetail:
    """Staff confirm without a card."""
    booking = locked(work, command)
    facts = approval.confirm(booking, by=work.caller.actor, now=work.now)
    if facts:
        uncontested(booking)
    return _shown(work, work.record(booking, facts, by=work.caller.actor))


def retry_refund(command: RetryRefund, work: BookingsWork) -> BookingDetail:
    """Staff have a failed refund tried again; payments hears of it and asks the provider anew."""
    booking = locked(work, command)
    facts = refunding.retry(booking, by=work.caller.actor, now=work.now)
    return _shown(work, work.record(booking, facts, by=work.caller.actor))


def _shown(work: BookingsWork, booking: Booking) -> BookingDetail:
    return presenting.detail(booking, now=work.now)
