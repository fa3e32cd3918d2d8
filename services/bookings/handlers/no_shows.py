"""No-shows marked by staff; the payments and rooms services react to the event."""

from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import BookingDetail
from services.bookings.domain import no_shows
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.replies import booking_detail
from services.bookings.work import BookingsWork


def mark_no_show(command: MarkNoShow, work: BookingsWork) -> BookingDetail:
    """Mark the guest as a no-show; a repeated command changes nothing."""
    booking = locked(work, command)
    events = no_shows.mark(booking, command, caller=work.caller, now=work.now)
    if events:
        pending_actions.require_none(booking)
    return booking_detail(work, work.record(booking, events, by=work.caller.actor, why=command.reason))
