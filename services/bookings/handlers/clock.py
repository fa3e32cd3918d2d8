"""What happens because time has passed."""

from contracts.values import SYSTEM
from services.bookings.domain import calling_off, no_shows, urgency
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def look_at_due(work: BookingsWork) -> bool:
    """Do what is due for one booking: expire it, mark its guest as not come, or tell staff that it waits for them."""
    booking = work.bookings.lock_due(work.now)
    if booking is None:
        return False
    facts = calling_off.expire(booking, now=work.now) or no_shows.notice(booking, now=work.now)
    if facts:
        work.record(booking, facts, by=SYSTEM)
    else:
        _tell_staff(booking, work)
    return True


def _tell_staff(booking: Booking, work: BookingsWork) -> None:
    fallen_due = urgency.fallen_due(booking, work.now)
    if fallen_due:
        work.publish(fallen_due)
    work.note(booking, approval_alerts=urgency.told_by(booking, work.now))
