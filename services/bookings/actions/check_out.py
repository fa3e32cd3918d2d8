"""Check-out: the guest leaves, and the rooms service frees the nights from the hotel-local date on."""

from datetime import date, datetime

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut, GuestCheckedOut
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.occupancy import MoveOut
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def check_out(command: CheckOut, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Check the guest out, or without `confirm` only reply. Raises the refusals of `may_check_out`."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, date] | None:
        fields = departure(booking, now=work.now)
        return fields if command.confirm else None

    return pending_actions.run(conversation, command, CHECK_OUT, decide)


def departure(booking: Booking, *, now: datetime) -> dict[str, date] | None:
    """The action's `left_on` (hotel-local), or None if the guest has left. Raises the refusals of `may_check_out`."""
    return {"left_on": local_time.local_date(now, booking.timezone)} if may_check_out(booking) else None


def may_check_out(booking: Booking) -> bool:
    """True if the guest can check out, False if the guest has left. Refused `NOT_CHECKED_IN`, `CHECKOUT_FAILED`."""
    if booking.status is BookingStatus.COMPLETED:
        return False
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to check out")
    if booking.assigned_room_number is None:
        raise Refusal("CHECKOUT_FAILED", "Booking has no assigned room to checkout from")
    return True


def _ask(booking: Booking, intent: PendingAction) -> MoveOut:
    left_on = intent.left_on or booking.check_out
    return MoveOut(action_id=intent.id, **booking.about, left_on=left_on, note=intent.reason)


def end_stay(booking: Booking, intent: PendingAction, _: RoomTaken, work: BookingsWork) -> Booking:
    """Complete the booking, and remove PIN and Wi-Fi. If `intent.erases`, delete the chat and the open orders, too."""
    unserved = work.orders.open_of(booking) if intent.erases else []
    checked_out = GuestCheckedOut(
        **booking.about,
        room_number=booking.assigned_room_number or "",
        checked_out_at=intent.started_at,
        checked_out_by=intent.by,
        check_out=booking.check_out,
    )
    after = work.record(booking, (checked_out,), by=intent.by, pending=None, remark=intent.reason)
    if intent.erases:
        work.chats.erase(booking)
        work.orders.erase(booking.hotel, unserved)
    return after


CHECK_OUT = TwoStepAction(ActionKind.CHECK_OUT, _ask, end_stay)
