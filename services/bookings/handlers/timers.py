"""The timer that applies the passed deadlines of bookings, one booking at a time."""

from contracts.values import SYSTEM
from services.bookings.domain import approval_urgency, deadlines, no_shows
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def apply_due_deadline(work: BookingsWork) -> bool:
    """Expire one booking, mark a no-show, or alert staff to an approval. Returns False where no deadline is due."""
    booking = work.bookings.lock_due(work.now)
    if booking is None:
        return False
    events = deadlines.expire(booking, now=work.now) or no_shows.mark_overdue(booking, now=work.now)
    if events:
        work.record(booking, events, by=SYSTEM)
    else:
        _alert_staff(booking, work)
    return True


def _alert_staff(booking: Booking, work: BookingsWork) -> None:
    alert = approval_urgency.due_alert(booking, work.now)
    if alert:
        work.publish(alert)
    work.note(booking, approval_alerts=approval_urgency.reached(booking, work.now))
