"""Undo a no-show: the booking is confirmed again, with its nights from today on and what the guest has paid so far."""

from typing import Any

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.stays import BookingNoShow
from contracts.bookings.undo import NoShowUndone, UndoNoShow
from contracts.bookings.views import BookingDetail
from contracts.rooms.undo import HeldAgain, HoldAgain, UndoStep
from services.bookings.domain import balance, undo
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def undo_no_show(command: UndoNoShow, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Undo the no-show. Raises the refusals of `may_undo` and of the rooms service."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        if not undo.may_undo(booking, UndoStep.NO_SHOW, now=work.now):
            return None
        return {"reason": command.reason, "ended_at_version": work.history.last_sequence(booking, BookingNoShow)}

    return pending_actions.run(conversation, command, UNDO_NO_SHOW, decide)


def _ask(booking: Booking, intent: PendingAction) -> HoldAgain:
    return HoldAgain(action_id=intent.id, **booking.about, released_by=intent.ended_at_version)


def _end(booking: Booking, intent: PendingAction, reply: HeldAgain, work: BookingsWork) -> Booking:
    """Record the undone no-show. The payments service keeps what it has, and refunds nothing."""
    undone = NoShowUndone(
        **booking.about,
        first_night=reply.first_night,
        fee=booking.zero_if_none(booking.cancellation_fee),
        previous_balance_due=balance.owed(booking),
        balance_due=undo.balance_after(booking, UndoStep.NO_SHOW),
        undone_at=intent.started_at,
        undone_by=intent.by,
    )
    return work.record(booking, (undone,), by=intent.by, pending=None, remark=intent.reason)


UNDO_NO_SHOW = TwoStepAction(ActionKind.UNDO_NO_SHOW, _ask, _end)
