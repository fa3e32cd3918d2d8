"""Check-in: the guest of a confirmed booking moves into the assigned room, within the check-in window."""

from datetime import datetime, timedelta

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckIn, GuestCheckedIn
from contracts.bookings.views import BookingDetail
from contracts.rooms.occupancy import MoveIn, RoomOccupiedReply
from contracts.values import Caller, Permission
from services.bookings.domain import deadlines, local_time, room_pin
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def check_in(command: CheckIn, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Check the guest in. Raises the refusals of `may_check_in`; the rooms service refuses with `ROOM_NOT_READY`."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, str] | None:
        return {} if may_check_in(booking, command, caller=work.caller, now=work.now) else None

    return pending_actions.run(conversation, command, CHECK_IN, decide)


def may_check_in(booking: Booking, command: CheckIn, *, caller: Caller, now: datetime) -> bool:
    """True where the guest can check in now, False where the guest is in house already.

    Refused `BOOKING_NOT_ELIGIBLE`, `CHECKIN_WRONG_DATE`, `CHECKIN_TOO_EARLY`, `CHECKIN_TOO_LATE`,
    `NO_ROOM_ASSIGNED`, and `PERMISSION_DENIED` for an early check-in without `can_override`.
    """
    if booking.status is BookingStatus.IN_HOUSE:
        return False
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_NOT_ELIGIBLE", f"Nobody can check in to what is {booking.status}.")
    _require_window(booking, command, caller=caller, now=now)
    if booking.assigned_room_number is None:
        raise Refusal("NO_ROOM_ASSIGNED", "Assign a room first.")
    return True


def _require_window(booking: Booking, command: CheckIn, *, caller: Caller, now: datetime) -> None:
    """Refuse a check-in before the check-in date or after the late-arrival cutoff on the next day (hotel-local).

    The command's `early_checkin` and `late_arrival` widen this window. A late arrival is let in until the booking
    is marked a no-show, also after the check-out time of the stay.
    """
    settings = booking.terms.settings
    if local_time.local_date(now, booking.timezone) < booking.check_in:
        raise Refusal("CHECKIN_WRONG_DATE", f"Check-in is on {booking.check_in}.")
    if now < local_time.opens_at(booking.check_in, settings.early_checkin_from, booking.timezone):
        _require_early_permission(command, caller, opens=settings.early_checkin_from)
        return
    cutoff_on = booking.check_in + timedelta(days=1)
    late = now > local_time.closes_at(cutoff_on, settings.late_arrival_cutoff, booking.timezone)
    if late and not (command.late_arrival or booking.late_arrival_expected):
        raise Refusal("CHECKIN_TOO_LATE", f"Late arrivals end at {settings.late_arrival_cutoff} on {cutoff_on}.")
    if now >= deadlines.last_arrival_at(booking):
        raise Refusal("CHECKIN_TOO_LATE", "The stay is over.")


def _require_early_permission(command: CheckIn, caller: Caller, *, opens: str) -> None:
    if not command.early_checkin:
        raise Refusal("CHECKIN_TOO_EARLY", f"Check-in opens at {opens}.")
    if not caller.may(Permission.OVERRIDE):
        raise Refusal("PERMISSION_DENIED", "An early check-in needs can_override.")


def _ask(booking: Booking, intent: PendingAction) -> MoveIn:
    return MoveIn(action_id=intent.id, **booking.about)


def _end(booking: Booking, intent: PendingAction, reply: RoomOccupiedReply, work: BookingsWork) -> Booking:
    """The booking after the check-in. The room's PIN and the hotel's Wi-Fi are stored until the stay ends."""
    checked_in = GuestCheckedIn(
        **booking.about,
        room_number=reply.room.room_number,
        checked_in_at=intent.started_at,
        checked_in_by=intent.by,
    )
    in_house = room_pin.in_house_secrets(booking, reply.wifi, work.dependencies.draw)
    return work.record(booking, (checked_in,), by=intent.by, pending=None, in_house=in_house)


CHECK_IN = TwoStepAction(ActionKind.CHECK_IN, _ask, _end)
