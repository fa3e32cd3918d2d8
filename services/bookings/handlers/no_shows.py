"""Marking a guest who did not come; payments and rooms hear of it and settle money, nights and room."""

from contracts.bookings import BookingDetail, MarkNoShow
from services.bookings.domain import no_shows, presenting
from services.bookings.handlers.admission import locked, uncontested
from services.bookings.work import BookingsWork


def mark_no_show(command: MarkNoShow, work: BookingsWork) -> BookingDetail:
    """Staff say so; harmless to say again."""
    booking = locked(work, command)
    facts = no_shows.mark(booking, command, caller=work.caller, now=work.now)
    if facts:
        uncontested(booking)
    after = work.record(booking, facts, by=work.caller.actor, why=command.reason)
    return presenting.detail(after, now=work.now)
