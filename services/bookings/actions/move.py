"""Move: a guest in house changes to another room."""

from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import MoveRoom, RoomMoved
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.moves import MoveGuest
from contracts.values import Caller
from services.bookings.domain import cancellation
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def move_room(command: MoveRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Move the guest to another room. Raises the refusals of `may_move` and of the rooms service."""
    fields = {
        "room_number": command.to_room_number,
        "reason": command.reason,
        "notes": command.notes,
        "override": command.override,
    }

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        return fields if may_move(booking, command, caller=work.caller) else None

    return pending_actions.run(conversation, command, MOVE, decide)


def may_move(booking: Booking, command: MoveRoom, *, caller: Caller) -> bool:
    """False where the guest lives in this room already, else True.

    Refused `NOT_CHECKED_IN`; raises the refusals of `require_override` for an override.
    """
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Only a guest in house can be moved; assign another room instead.")
    if booking.assigned_room_number == command.to_room_number:
        return False
    if command.override:
        cancellation.require_override(command.reason, caller)
    return True


def _ask(booking: Booking, intent: PendingAction) -> MoveGuest:
    return MoveGuest(
        action_id=intent.id,
        **booking.about,
        room_number=intent.room_number,
        party=booking.party,
        override=intent.override,
    )


def _end(booking: Booking, intent: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    """Record the move; returns the booking in its new room. PIN and Wi-Fi stay the same."""
    moved = RoomMoved(
        **booking.about,
        room_number=room.room_number,
        room_type_code=room.room_type_code,
        previous_room_number=booking.assigned_room_number or "",
        by=intent.by,
        moved_at=intent.started_at,
        warnings=room.warnings,
    )
    why = ": ".join(filter(None, (intent.reason, intent.notes)))
    notes = intent.notes or booking.assignment_notes
    return work.record(booking, (moved,), by=intent.by, pending=None, remark=why, assignment_notes=notes)


MOVE = TwoStepAction(ActionKind.MOVE, _ask, _end)
