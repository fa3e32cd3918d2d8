"""Vacates one room: checks out its stay, or clears an occupancy that has no stay."""

from datetime import date
from typing import Any
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.status import BookingStatus
from contracts.rooms.occupancy import ClearRoom
from services.bookings.actions.check_out import CHECK_OUT, departure, end_stay
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.lifecycle import ENDED
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction, end_unchanged
from services.bookings.work import BookingsWork


def check_out(
    conversation: Conversation[BookingsWork],
    *,
    hotel: str,
    booking_id: str,
    reason: str = "",
    force: bool = False,
) -> bool:
    """Check the booking out; returns False if the booking is unknown or its guest has left already.

    `force` also deletes the booking's chat and open orders, and vacates the room where the rooms service refuses the
    check-out. A repeated request completes a check-out that is pending.
    """
    try:
        return _leave(conversation, (hotel, booking_id), CHECK_OUT, reason=reason, erases=force)
    except Refusal as refusal:
        if not force or refusal.code == "ACTION_IN_PROGRESS":
            raise
    return _leave(conversation, (hotel, booking_id), FORCE_OUT, reason=reason, erases=True)


def clear(
    conversation: Conversation[BookingsWork],
    *,
    hotel: str,
    room_number: str,
    booking_id: str,
    why: str,
    action_id: str | None = None,
) -> None:
    """Clear a room that the booking occupies without being in house; an `action_id` is cleared once.

    A future booking keeps its nights and its assigned room. Refused `ACTION_IN_PROGRESS`, `ROOM_HAS_GUEST`.
    """
    action_id = action_id or uuid4().hex
    with conversation.transaction() as work:
        booking = work.bookings.lock(hotel, booking_id)
        if booking and booking.status is BookingStatus.IN_HOUSE:
            raise Refusal("ROOM_HAS_GUEST", "The booking's guest is in house.")
        is_future = booking is not None and booking.status not in ENDED
        if booking and not is_future:
            pending_actions.require_none(booking)
        if booking and is_future and not (booking.pending and booking.pending.id == action_id):
            booking = pending_actions.begin(
                work, booking, ActionKind.CLEAR, id=action_id, room_number=room_number, reason=why
            )
    if booking and is_future:
        pending_actions.carry_out(conversation, CLEAR, booking)
        return
    conversation.ask(
        ClearRoom(
            action_id=action_id,
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
    """The hotel-local day on which the booking's stay ended, or None if no such stay has ended."""
    if booking is None or booking.checked_in_at is None or booking.ended_at is None:
        return None
    return local_time.local_date(booking.ended_at, booking.timezone)


def _leave(
    conversation: Conversation[BookingsWork],
    key: tuple[str, str],
    action: TwoStepAction,
    *,
    reason: str,
    erases: bool,
) -> bool:
    with conversation.transaction() as work:
        booking = work.bookings.lock(*key)
        fields: dict[str, Any] | None = departure(booking, now=work.now) if booking else None
        if booking is None or fields is None:
            return False
        fields |= {"room_number": booking.assigned_room_number or "", "reason": reason, "erases": erases}
        pending = pending_actions.interrupted(conversation, work, booking, action)
        pending = pending or pending_actions.begin(work, booking, action.kind, **fields)
    pending_actions.carry_out(conversation, action, pending)
    return True


def _ask(booking: Booking, intent: PendingAction) -> ClearRoom:
    ends_stay = intent.kind is ActionKind.FORCE_OUT
    return ClearRoom(
        action_id=intent.id,
        **booking.about,
        room_number=intent.room_number,
        ended=ends_stay,
        left_on=(intent.left_on or booking.check_out) if ends_stay else None,
        force=ends_stay,
        note=intent.reason,
    )


FORCE_OUT = TwoStepAction(ActionKind.FORCE_OUT, _ask, end_stay)
CLEAR = TwoStepAction(ActionKind.CLEAR, _ask, end_unchanged)
