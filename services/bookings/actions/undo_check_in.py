"""Undo a check-in: the guest was not in the room after all; the booking is confirmed again and keeps its room."""

from typing import Any

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.undo import CheckInUndone, UndoCheckIn
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoMoveIn, UndoStep
from services.bookings.domain import undo
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.validation import invalid
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def undo_check_in(command: UndoCheckIn, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Undo the check-in. Refused `VALIDATION_ERROR`, and with the refusals of `may_undo` and of the rooms service."""
    if command.room_status not in undo.ROOM_STATUSES:
        raise invalid("room_status", f"One of {', '.join(undo.ROOM_STATUSES)}.")

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        fields = {"room_status": command.room_status, "reason": command.reason}
        return fields if undo.may_undo(booking, UndoStep.CHECK_IN, now=work.now) else None

    return pending_actions.run(conversation, command, UNDO_CHECK_IN, decide)


def _ask(booking: Booking, intent: PendingAction) -> UndoMoveIn:
    status = intent.room_status or RoomStatus.CHECKOUT_DIRTY
    return UndoMoveIn(action_id=intent.id, **booking.about, room_status=status)


def _end(booking: Booking, intent: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    """Record the undone check-in. PIN and Wi-Fi are void, and open orders are cancelled."""
    undone = CheckInUndone(
        **booking.about,
        room_number=room.room_number,
        room_status=room.room_status,
        late_arrival_expected=undo.late_arrival_after_check_in(booking, now=work.now) is not False,
        undone_at=intent.started_at,
        undone_by=intent.by,
    )
    return work.record(booking, (undone,), by=intent.by, pending=None, remark=intent.reason)


UNDO_CHECK_IN = TwoStepAction(ActionKind.UNDO_CHECK_IN, _ask, _end)
