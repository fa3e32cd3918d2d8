"""No-shows: marked by staff, or by a timer."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import BookingNoShow, MarkNoShow
from contracts.values import SYSTEM, Actor, Caller
from services.bookings.domain import cancellation, cancellation_fees, deadlines
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import ENDED, LIFECYCLE


def mark(booking: Booking, command: MarkNoShow, *, caller: Caller, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingNoShow` by staff, or no event if the booking is a no-show already.

    Refused `BOOKING_ENDED`, `ILLEGAL_TRANSITION`, `NO_SHOW_TOO_EARLY`. A waiver raises the refusals of
    `require_override`.
    """
    if booking.status is BookingStatus.NO_SHOW:
        return ()
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if not LIFECYCLE.allows(booking.status, BookingNoShow):
        raise Refusal("ILLEGAL_TRANSITION", f"Nobody fails to come to what is {booking.status}.")
    if not _is_overdue(booking, now):
        raise Refusal("NO_SHOW_TOO_EARLY", f"The guest is waited for until {_latest_arrival(booking)}.")
    if command.waive_fee:
        cancellation.require_override(command.reason, caller)
    return (_no_show(booking, by=caller.actor, now=now, waived=command.waive_fee),)


def mark_overdue(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingNoShow` by the system, or no event before the deadline."""
    return (_no_show(booking, by=SYSTEM, now=now),) if _is_overdue(booking, now) else ()


def _no_show(booking: Booking, *, by: Actor, now: datetime, waived: bool = False) -> BookingNoShow:
    charges = cancellation_fees.no_show_charges(booking, waived=waived)
    return BookingNoShow(
        **booking.about,
        marked_at=now,
        marked_by=by,
        fee=charges.fee,
        refund=charges.refund,
        refund_at_desk=charges.refund_at_desk,
        keeps=charges.keeps,
        room_number=booking.assigned_room_number,
    )


def _is_overdue(booking: Booking, now: datetime) -> bool:
    overdue_at = deadlines.no_show_at(booking)
    return overdue_at is not None and now >= overdue_at


def _latest_arrival(booking: Booking) -> str:
    day = booking.check_out if booking.late_arrival_expected else booking.check_in
    late = ", as a late arrival is expected" if booking.late_arrival_expected else ""
    return f"{deadlines.NO_SHOW_FROM} on the day after {day}{late}"
