"""Unassign: removes the room assignment of a confirmed booking."""

from typing import Any

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.stays import RoomUnassigned, UnassignRoom
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import TakeRoomBack
from services.bookings.domain.assignments import require_assignable
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def unassign_room(command: UnassignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Remove the booking's room assignment. Raises the refusals of `may_unassign`."""
    return pending_actions.run(
        conversation, command, UNASSIGN, lambda booking, _: {} if may_unassign(booking) else None
    )


def may_unassign(booking: Booking) -> bool:
    """True if the booking has a room, False if it has no room. Raises the refusals of `require_assignable`."""
    require_assignable(booking)
    return booking.assigned_room_number is not None


def _ask(booking: Booking, intent: PendingAction) -> TakeRoomBack:
    return TakeRoomBack(action_id=intent.id, **booking.about)


def _end(booking: Booking, intent: PendingAction, _: Any, work: BookingsWork) -> Booking:
    unassigned = RoomUnassigned(
        **booking.about,
        room_number=booking.assigned_room_number or "",
        by=intent.by,
        unassigned_at=intent.started_at,
    )
    return work.record(booking, (unassigned,), by=intent.by, pending=None)


UNASSIGN = TwoStepAction(ActionKind.UNASSIGN, _ask, _end)
