"""No-shows marked by staff."""

from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import BookingDetail
from services.bookings.domain import no_shows
from services.bookings.steps.booking_access import locked
from services.bookings.steps.pending_actions import record_alone
from services.bookings.work import BookingsWork


def mark_no_show(command: MarkNoShow, work: BookingsWork) -> BookingDetail:
    """Mark the guest as a no-show; the payments and rooms services react to the event."""
    booking = locked(work, command)
    events = no_shows.mark(booking, command, caller=work.caller, now=work.now)
    return record_alone(work, booking, events, remark=command.reason)
