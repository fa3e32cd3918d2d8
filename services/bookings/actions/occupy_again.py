"""Occupy again: the rooms service marks the room of a guest in house as occupied by the guest's booking."""

from chassis.transactions.conversation import Conversation
from contracts.bookings.status import BookingStatus
from contracts.rooms.occupancy import MoveIn
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction, end_unchanged
from services.bookings.work import BookingsWork


def occupy_again(conversation: Conversation[BookingsWork], *, hotel: str, booking_id: str) -> None:
    """Send `MoveIn` again for a guest in house, to repair a ghost. A booking that is not in house stays unchanged.

    Refused `ACTION_IN_PROGRESS`; the rooms service refuses with, for example, `ROOM_NOT_READY`.
    """
    with conversation.transaction() as work:
        booking = work.bookings.lock(hotel, booking_id)
        if booking is None or booking.status is not BookingStatus.IN_HOUSE:
            return
        pending = pending_actions.begin(work, booking, ActionKind.SEAT)
    pending_actions.carry_out(conversation, SEAT, pending)


def _ask(booking: Booking, intent: PendingAction) -> MoveIn:
    return MoveIn(action_id=intent.id, **booking.about)


SEAT = TwoStepAction(ActionKind.SEAT, _ask, end_unchanged)
