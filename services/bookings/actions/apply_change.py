"""Apply a change that was paid: the booking gets the held nights, and the captured money becomes the booking's."""

from dataclasses import replace

from contracts.bookings.change_previews import Settlement
from contracts.rooms.stay_changes import StayChangedReply
from contracts.rooms.waiting_changes import ApplyStayChange
from services.bookings.domain import change_events, change_payments, change_results
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.pending_change import PendingChange
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def _ask(booking: Booking, intent: PendingAction) -> ApplyStayChange:
    return ApplyStayChange(action_id=intent.id, **booking.about, change_id=intent.change_id)


def _end(booking: Booking, intent: PendingAction, reply: StayChangedReply, work: BookingsWork) -> Booking:
    """The changed booking. No change is withdrawn, and no booking ends, while it has a pending action."""
    waiting, paid = _waiting(booking), change_payments.with_payment(booking)
    outcome = change_results.result(paid, waiting.change, reply.offer, now=intent.started_at)
    event = change_events.stay_changed(paid, waiting.change, outcome, by=waiting.by, at=intent.started_at)
    event = replace(event, change_id=waiting.id, settlement=Settlement.PAY_FIRST)
    fields = change_results.private_fields(booking, waiting.change, reply.offer, at=intent.started_at)
    return work.record(booking, (event,), by=waiting.by, pending=None, remark=waiting.change.reason, **fields)


def _waiting(booking: Booking) -> PendingChange:
    if booking.pending_change is None:
        raise ValueError(f"{booking.id} has no change that waits")
    return booking.pending_change


APPLY_CHANGE = TwoStepAction(ActionKind.APPLY_CHANGE, _ask, _end)
