"""Undo: whether a check-in, a check-out or a no-show can be taken back, and what the booking then owes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoRefusal, UndoStep
from contracts.values import Money
from services.bookings.domain import deadlines, local_time, money_due
from services.bookings.domain.booking import Booking

UNDO_WITHIN = timedelta(hours=12)
ROOM_STATUSES = (RoomStatus.READY_FOR_GUEST, RoomStatus.CHECKOUT_DIRTY)


class Step(NamedTuple):
    """A step that can be undone: the statuses after and before the step, its name, and when (UTC) it was done."""

    after: BookingStatus
    before: BookingStatus
    name: str
    done_at: Callable[[Booking], datetime | None]


STEPS = {
    UndoStep.CHECK_IN: Step(
        BookingStatus.IN_HOUSE, BookingStatus.CONFIRMED, "check-in", lambda booking: booking.checked_in_at
    ),
    UndoStep.CHECK_OUT: Step(
        BookingStatus.COMPLETED, BookingStatus.IN_HOUSE, "check-out", lambda booking: booking.checked_out_at
    ),
    UndoStep.NO_SHOW: Step(BookingStatus.NO_SHOW, BookingStatus.CONFIRMED, "no-show", lambda booking: booking.ended_at),
}


def cannot_undo(refusal: UndoRefusal) -> Refusal:
    """The refusal `CANNOT_UNDO`; its detail `reason` is the code of this refusal."""
    return Refusal("CANNOT_UNDO", refusal.message, reason=refusal.code)


def may_undo(booking: Booking, step: UndoStep, *, now: datetime) -> bool:
    """True where the step can be undone as far as bookings knows, False where it is undone already.

    Refused `CANNOT_UNDO` with the first of the `refusals`.
    """
    if is_undone(booking, step):
        return False
    for refusal in refusals(booking, step, now=now):
        raise cannot_undo(refusal)
    return True


def is_undone(booking: Booking, step: UndoStep) -> bool:
    """Whether the step was the last one that was undone, and the booking is still in the status before the step."""
    return booking.undone == step and booking.status is STEPS[step].before


def refusals(booking: Booking, step: UndoStep, *, now: datetime) -> Sequence[UndoRefusal]:
    """The reasons, as far as bookings knows them, for which the step cannot be undone; none where it can."""
    until = undo_until(booking, step)
    if until is None:
        name = STEPS[step].name
        return (_refusal("NEVER_HAPPENED", f"No {name} can be undone while the booking is {booking.status}."),)
    if now > until:
        return (_refusal("TOO_LATE", f"This could be undone until {until:%Y-%m-%d %H:%M} UTC."),)
    if step is UndoStep.CHECK_IN and late_arrival_after_check_in(booking, now=now) is None:
        return (_refusal("STAY_OVER", "The stay is over: a guest who is not in house would be a no-show at once."),)
    return _refusals_of_no_show(booking, now) if step is UndoStep.NO_SHOW else ()


def undo_until(booking: Booking, step: UndoStep) -> datetime | None:
    """The last moment (UTC) at which the step can be undone; None where the step is not the booking's last."""
    done_at = STEPS[step].done_at(booking) if booking.status is STEPS[step].after else None
    return None if done_at is None else done_at + UNDO_WITHIN


def late_arrival_after_check_in(booking: Booking, *, now: datetime) -> bool | None:
    """The booking's `late_arrival_expected` once its check-in is undone, so that it is not a no-show at once.

    None where it would be one even so.
    """
    for late in (booking.late_arrival_expected, True):
        if now < deadlines.no_show_moment(booking, late=late):
            return late
    return None


def room_status_after(step: UndoStep, chosen: RoomStatus | None) -> RoomStatus | None:
    """The status of the booking's room after the undo; `chosen` is the one that staff choose after an undone check-in.

    None for a booking without a room.
    """
    return {UndoStep.CHECK_IN: chosen, UndoStep.CHECK_OUT: RoomStatus.OCCUPIED, UndoStep.NO_SHOW: None}[step]


def balance_after(booking: Booking, step: UndoStep) -> Money:
    """The amount that the guest owes once the step is undone."""
    if step is UndoStep.NO_SHOW:
        return money_due.after_undone_no_show(booking).due
    return booking.zero_if_none(booking.balance_due)


def _refusals_of_no_show(booking: Booking, now: datetime) -> Sequence[UndoRefusal]:
    """While a part of the payments is still to be refunded or released, it would be unclear what counts."""
    if not money_due.refund_promised(booking).is_zero:
        return (_refusal("REFUND_PENDING", "The refund of the no-show is not finished; or it failed: retry it first."),)
    if local_time.local_date(now, booking.timezone) >= booking.check_out:
        return (_refusal("NO_NIGHT_LEFT", "No night of the stay is left."),)
    return ()


def _refusal(code: str, message: str) -> UndoRefusal:
    return UndoRefusal(code=code, message=message)
