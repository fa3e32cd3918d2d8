"""Records the room of a booking with the booking's lock of the room, and a change of the lock alone."""

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import RoomTaken
from services.bookings.domain import assignments
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import PendingAction
from services.bookings.steps import pending_actions, replies
from services.bookings.work import BookingsWork


def record_room(work: BookingsWork, booking: Booking, intent: PendingAction, room: RoomTaken) -> Booking:
    """Record the room that the rooms service has given to the booking, and end the intent.

    A stay that a room plan moves keeps its notes.
    """
    events = assignments.room_assigned(booking, intent, room)
    why = ": ".join(filter(None, (intent.reason, intent.notes)))
    notes = intent.notes or (booking.assignment_notes if intent.plan else None)
    return work.record(booking, events, by=intent.by, pending=None, remark=why, assignment_notes=notes)


def finish(
    conversation: KeyedConversation[BookingsWork], work: BookingsWork, booking: Booking, *, locked: bool | None
) -> BookingDetail:
    """Change the lock of the room that the booking keeps, and store the reply under the request's Idempotency-Key.

    Raises the refusals of `lock_changed`, and `ACTION_IN_PROGRESS` for a change while the booking has a pending action.
    """
    by = work.caller.actor
    if events := assignments.lock_changed(booking, locked=locked, by=by, now=work.now):
        booking = work.record(pending_actions.require_none(booking), events, by=by)
    return replies.finish(conversation, work, booking)
