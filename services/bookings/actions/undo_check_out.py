"""Undo a check-out: the guest is in house again, in the same room until the same day, with a new PIN."""

from typing import Any

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.undo import CheckOutUndone, UndoCheckOut
from contracts.bookings.views import BookingDetail
from contracts.rooms.occupancy import RoomOccupiedReply
from contracts.rooms.undo import UndoMoveOut, UndoStep
from services.bookings.domain import room_pin, undo
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def undo_check_out(command: UndoCheckOut, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Undo the check-out. Raises the refusals of `may_undo` and of the rooms service."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        return {"reason": command.reason} if undo.may_undo(booking, UndoStep.CHECK_OUT, now=work.now) else None

    return pending_actions.run(conversation, command, UNDO_CHECK_OUT, decide)


def _ask(booking: Booking, intent: PendingAction) -> UndoMoveOut:
    return UndoMoveOut(action_id=intent.id, **booking.about, check_out=booking.check_out)


def _end(booking: Booking, intent: PendingAction, reply: RoomOccupiedReply, work: BookingsWork) -> Booking:
    """Record the undone check-out. The room's new PIN and the hotel's Wi-Fi are stored until the stay ends."""
    undone = CheckOutUndone(
        **booking.about,
        room_number=reply.room.room_number,
        check_out=booking.check_out,
        undone_at=intent.started_at,
        undone_by=intent.by,
    )
    in_house = room_pin.in_house_secrets(booking, reply.wifi, work.dependencies.draw)
    return work.record(booking, (undone,), by=intent.by, pending=None, remark=intent.reason, in_house=in_house)


UNDO_CHECK_OUT = TwoStepAction(ActionKind.UNDO_CHECK_OUT, _ask, _end)
