"""Two-step actions: one transaction stores the intent, a second one stores the reply of the rooms service.

While the intent is stored, every competing command is refused `ACTION_IN_PROGRESS`, so that the reply of the rooms
service can always be recorded. The timer `drive_stale_actions` carries out an interrupted action again under the same
action id. The rooms service gives the same reply to the same action id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation, KeyedConversation
from contracts.bookings.events import BookingEvent
from contracts.bookings.views import BookingDetail
from contracts.message import Ask
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.steps import replies
from services.bookings.steps.booking_access import NamesBooking, locked
from services.bookings.work import BookingsWork

# The fields of the pending action besides its kind; None where the command has nothing left to change.
Decide = Callable[[Booking, BookingsWork], dict[str, Any] | None]


@dataclass(frozen=True)
class TwoStepAction:
    """One kind of action: its ask to the rooms service, and the function that applies the reply to the booking."""

    kind: ActionKind
    ask: Callable[[Booking, PendingAction], Ask[Any]]
    end: Callable[[Booking, PendingAction, Any, BookingsWork], Booking]


def run(
    conversation: KeyedConversation[BookingsWork],
    command: NamesBooking,
    action: TwoStepAction,
    decide: Decide,
    *,
    staff: bool = True,
) -> BookingDetail:
    """Handle `command` by the two-step action `action`. If `decide` returns None, the booking stays unchanged."""
    with conversation.transaction() as work:
        booking = locked(work, command, staff=staff)
        fields = decide(booking, work)
        if fields is None:
            return replies.finish(conversation, work, booking)
        pending = begin(work, booking, action.kind, **fields)
    reply: BookingDetail = carry_out(
        conversation, action, pending, and_then=lambda work, ended: replies.finish(conversation, work, ended)
    )
    return reply


def begin(work: BookingsWork, booking: Booking, kind: ActionKind, **fields: Any) -> Booking:
    """Store the intent of an action. Refused `ACTION_IN_PROGRESS` where the booking has another pending action."""
    intent = PendingAction(id=uuid4().hex, kind=kind, by=work.caller.actor, started_at=work.now, **fields)
    return work.bookings.begin_action(booking, intent)


def carry_out(
    conversation: Conversation[BookingsWork],
    action: TwoStepAction,
    booking: Booking,
    *,
    and_then: Callable[[BookingsWork, Booking], Any] = lambda _, __: None,
) -> Any:
    """Ask the rooms service and store the result. The final transaction calls `and_then`, whose value is returned.

    A refusal by the rooms service removes the intent and is raised again. Raises `Unavailable` where the rooms service
    does not answer; the intent then stays stored.
    """
    intent = booking.pending
    if intent is None or intent.kind is not action.kind:
        raise ValueError(f"{booking.id} has no pending {action.kind}")
    try:
        reply = conversation.ask(action.ask(booking, intent))
    except Refusal:
        with conversation.transaction() as work:
            if pending := _still_pending(work, booking.id, intent):
                work.note(pending, pending=None)
        raise
    with conversation.transaction() as work:
        pending = _still_pending(work, booking.id, intent)
        ended = action.end(pending, intent, reply, work) if pending else work.bookings.lock(booking.id)
        if ended is None:
            raise LookupError(f"booking {booking.id} is gone")
        return and_then(work, ended)


def end_unchanged(booking: Booking, _: PendingAction, __: Any, work: BookingsWork) -> Booking:
    """Remove the intent and change nothing else: the action concerns only the rooms service's data."""
    return work.note(booking, pending=None)


def require_none(booking: Booking) -> Booking:
    """The booking, if it has no pending action. Refused `ACTION_IN_PROGRESS`."""
    if booking.pending:
        raise Refusal("ACTION_IN_PROGRESS", "Something else is being done with this booking; try again shortly.")
    return booking


def record_alone(
    work: BookingsWork, booking: Booking, events: Sequence[BookingEvent], *, why: str = ""
) -> BookingDetail:
    """Record the caller's events; returns the booking's details. Refused `ACTION_IN_PROGRESS` as `require_none` is."""
    return replies.record(work, require_none(booking) if events else booking, events, why=why)


def _still_pending(work: BookingsWork, booking_id: str, intent: PendingAction) -> Booking | None:
    """The locked booking, or None if another caller has completed this action."""
    booking = work.bookings.lock(booking_id)
    return booking if booking and booking.pending and booking.pending.id == intent.id else None
