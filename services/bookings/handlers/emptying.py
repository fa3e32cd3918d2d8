"""Emptying one room: the stay in it is ended by the one way there is, or the room is cleared of whom nobody knows."""

from datetime import date
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings import BookingStatus
from contracts.rooms.occupancy import ClearRoom
from services.bookings.domain import local_time
from services.bookings.domain.booking import ActionKind, Booking
from services.bookings.handlers import actions
from services.bookings.handlers.rooms import departure
from services.bookings.lifecycle import ENDED
from services.bookings.work import BookingsWork


def check_out(
    conversation: Conversation[BookingsWork], booking_id: str, *, reason: str = "", force: bool = False
) -> bool:
    """Check the booking out; False where its guest has left meanwhile.

    By `force` also where rooms refuses; then the room's chat and open orders are deleted too.
    """
    try:
        return _leave(conversation, booking_id, ActionKind.CHECK_OUT, reason, erases=force)
    except Refusal as refusal:
        if not force or refusal.code == "ACTION_IN_PROGRESS":
            raise
    return _leave(conversation, booking_id, ActionKind.FORCE_OUT, reason, erases=True)


def clear(conversation: Conversation[BookingsWork], *, hotel: str, room_number: str, booking_id: str, why: str) -> None:
    """Clear a room of a booking that is not in house; a booking to come keeps its nights and its claim to the room.

    Refused `ACTION_IN_PROGRESS`, `ROOM_HAS_GUEST`.
    """
    with conversation.transaction() as work:
        booking = work.bookings.lock(booking_id)
        if booking and booking.status is BookingStatus.IN_HOUSE:
            raise Refusal("ROOM_HAS_GUEST", "The booking's guest is in house.")
        to_come = booking is not None and booking.status not in ENDED
        if booking and to_come:
            booking = actions.begin(work, booking, ActionKind.CLEAR, room_number=room_number, reason=why)
    if booking and to_come:
        actions.carry_out(conversation, booking)
        return
    conversation.ask(
        ClearRoom(
            action_id=uuid4().hex,
            booking_id=booking_id,
            hotel=hotel,
            room_number=room_number,
            ended=True,
            left_on=_left_on(booking),
            unwritten=booking is None,
            note=why,
        )
    )


def _left_on(booking: Booking | None) -> date | None:
    """The day a guest who has slept here left; None: nobody has."""
    if booking is None or booking.checked_in_at is None or booking.ended_at is None:
        return None
    return local_time.local_date(booking.ended_at, booking.timezone)


def _leave(
    conversation: Conversation[BookingsWork], booking_id: str, kind: ActionKind, reason: str, *, erases: bool
) -> bool:
    with conversation.transaction() as work:
        booking = work.bookings.lock(booking_id)
        detail = departure(booking, work) if booking else None
        if booking is None or detail is None:
            return False
        room_number = booking.assigned_room_number or ""
        begun = actions.begin(work, booking, kind, room_number=room_number, reason=reason, erases=erases, **detail)
    actions.carry_out(conversation, begun)
    return True
