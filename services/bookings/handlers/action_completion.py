"""Completion of two-step actions that were interrupted after the ask to the rooms service."""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.rooms.events import InventoryChanged, InventoryExtended, RoomOccupied, RoomVacated
from services.bookings.actions import room_plan
from services.bookings.actions.table import ACTIONS
from services.bookings.steps import pending_actions
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def finish_pending_action(
    event: RoomOccupied | RoomVacated | InventoryExtended | InventoryChanged, work: BookingsWork
) -> None:
    """Make the pending action due within a second, because the rooms service has carried out its part.

    An event that comes while its action ends waits for nothing.
    """
    work.event_effects.expedite_action(event.hotel, event.booking_id, action_id=event.action_id)


def drive_stale_actions(conversation: Conversation[BookingsWork]) -> bool:
    """Carry out one stale action. Returns False where none is due or the rooms service does not answer.

    An action whose request is running, or is being repeated, is left to that request.
    """
    with conversation.transaction() as work:
        booking = work.bookings.lock_stale()
        if booking is None or booking.pending is None:
            return False
        try:
            claim = pending_actions.taken_over(work, booking.pending)
        except Refusal as running:
            work.bookings.postpone_action(booking, seconds=running.details["retry_after"])
            return True
    facts = {"booking_id": booking.id, "kind": booking.pending.kind}
    try:
        with conversation.holding(claim):
            if booking.pending.plan:
                room_plan.complete_stale(conversation, booking, claim)
            else:
                pending_actions.carry_out(conversation, ACTIONS[booking.pending.kind], booking)
    except Unavailable:
        log.warning("action_waits", **facts)
        return False
    except Refusal as refusal:
        log.warning("action_refused", code=refusal.code, **facts)
        return True
    log.info("action_driven_to_its_end", **facts)
    return True
