"""A guest who did not come: marked by staff, or by the clock where nobody does."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings import BookingEvent, BookingNoShow, BookingStatus, MarkNoShow
from contracts.values import SYSTEM, Actor, Caller
from services.bookings.domain import cancellation, deadlines
from services.bookings.domain.booking import Booking
from services.bookings.domain.calling_off import check_override
from services.bookings.lifecycle import ENDED, LIFECYCLE


def mark(booking: Booking, command: MarkNoShow, *, caller: Caller, now: datetime) -> Sequence[BookingEvent]:
    """Staff say that the guest did not come. Nothing to do where it was said before.

    Refused `BOOKING_ENDED`, `ILLEGAL_TRANSITION`, `NO_SHOW_TOO_EARLY`, and a waiver as `check_override` says.
    """
    if booking.status is BookingStatus.NO_SHOW:
        return ()
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if not LIFECYCLE.allows(booking.status, BookingNoShow):
        raise Refusal("ILLEGAL_TRANSITION", f"Nobody fails to come to what is {booking.status}.")
    if not _is_over(booking, now):
        raise Refusal("NO_SHOW_TOO_EARLY", f"The guest is waited for until {_waited_until(booking)}.")
    if command.waive_fee:
        check_override(command.reason, caller)
    return (_came_not(booking, by=caller.actor, now=now, waived=command.waive_fee),)


def notice(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """What the clock says about a booking whose guest has not come; nothing where they may still."""
    return (_came_not(booking, by=SYSTEM, now=now),) if _is_over(booking, now) else ()


def _came_not(booking: Booking, *, by: Actor, now: datetime, waived: bool = False) -> BookingNoShow:
    money = cancellation.settle_no_show(booking, waived=waived)
    return BookingNoShow(
        booking_id=booking.id, hotel=booking.hotel, marked_at=now, marked_by=by, fee=money.fee, refund=money.refund
    )


def _is_over(booking: Booking, now: datetime) -> bool:
    waited_until = deadlines.no_show_at(booking)
    return waited_until is not None and now >= waited_until


def _waited_until(booking: Booking) -> str:
    day = booking.check_out if booking.late_arrival_expected else booking.check_in
    late = ", as a late arrival is expected" if booking.late_arrival_expected else ""
    return f"{deadlines.NO_SHOW_FROM} on the day after {day}{late}"
