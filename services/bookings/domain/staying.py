"""Moving in and out: the check-in window, and what is recorded once rooms has done it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings import BookingEvent, BookingStatus, CheckIn, GuestCheckedIn, GuestCheckedOut
from contracts.values import Caller, Permission
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking, PendingAction


def may_check_in(booking: Booking, command: CheckIn, *, caller: Caller, now: datetime) -> bool:
    """Whether rooms is to be asked; False where the guest is in house already.

    Refused `BOOKING_NOT_ELIGIBLE`, `CHECKIN_WRONG_DATE`, `CHECKIN_TOO_EARLY`, `CHECKIN_TOO_LATE`, `NO_ROOM_ASSIGNED`.
    """
    if booking.status is BookingStatus.IN_HOUSE:
        return False
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_NOT_ELIGIBLE", f"Nobody can check in to what is {booking.status}.")
    _within_window(booking, command, caller=caller, now=now)
    if booking.assigned_room_number is None:
        raise Refusal("NO_ROOM_ASSIGNED", "Assign a room first.")
    return True


def _within_window(booking: Booking, command: CheckIn, *, caller: Caller, now: datetime) -> None:
    terms = booking.terms.settings
    if local_time.local_date(now, booking.timezone) < booking.check_in:
        raise Refusal("CHECKIN_WRONG_DATE", f"Check-in is on {booking.check_in}.")
    if now < local_time.opens_at(booking.check_in, terms.early_checkin_from, booking.timezone):
        _early(command, caller, terms.early_checkin_from)
        return
    cutoff_on = booking.check_in + timedelta(days=1)
    late = now > local_time.closes_at(cutoff_on, terms.late_arrival_cutoff, booking.timezone)
    if late and not (command.late_arrival or booking.late_arrival_expected):
        raise Refusal("CHECKIN_TOO_LATE", f"Late arrivals end at {terms.late_arrival_cutoff} on {cutoff_on}.")
    if now >= booking.checkout_deadline_at:
        raise Refusal("CHECKIN_TOO_LATE", "The stay is over.")


def _early(command: CheckIn, caller: Caller, opens: str) -> None:
    if not command.early_checkin:
        raise Refusal("CHECKIN_TOO_EARLY", f"Check-in opens at {opens}.")
    if not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "An early check-in needs can_override.")


def checked_in(booking: Booking, action: PendingAction, room_number: str) -> Sequence[BookingEvent]:
    """The guest lives in the room."""
    return (
        GuestCheckedIn(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=room_number,
            checked_in_at=action.started_at,
            checked_in_by=action.by,
        ),
    )


def may_check_out(booking: Booking) -> bool:
    """Whether rooms is to be asked; False where the guest has left. Refused `NOT_CHECKED_IN`, `CHECKOUT_FAILED`."""
    if booking.status is BookingStatus.COMPLETED:
        return False
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to check out")
    if booking.assigned_room_number is None:
        raise Refusal("CHECKOUT_FAILED", "Booking has no assigned room to checkout from")
    return True


def checked_out(booking: Booking, action: PendingAction) -> Sequence[BookingEvent]:
    """The guest has left the room."""
    return (
        GuestCheckedOut(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=booking.assigned_room_number or "",
            checked_out_at=action.started_at,
            checked_out_by=action.by,
            check_out=booking.check_out,
        ),
    )


def room_pin(digits: int, draw: int) -> str:
    """The room's PIN from a random draw, with 4 to 8 digits as the hotel wants."""
    length = min(max(digits, 4), 8)
    return str(draw % 10**length).zfill(length)
