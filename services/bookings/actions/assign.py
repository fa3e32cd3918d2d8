"""Assign: a confirmed booking gets a room, or changes to another room."""

from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, GetCandidateRooms
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import Candidates, FindCandidates, GiveRoom, RoomTaken
from contracts.values import Caller
from services.bookings.actions import best_room
from services.bookings.domain import access, assignments, cancellation
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps import booking_access, pending_actions, room_locks
from services.bookings.steps.booking_access import locked
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork

WITH_INVENTORY = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED})


def assign_room(command: AssignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Assign a room to the booking. The reply's `warnings` say where the room differs from the booked type.

    Raises the refusals of `may_assign`; the rooms service refuses a room that cannot be assigned.
    """
    if command.room_number is None:
        return best_room.assign_best_room(command, conversation)
    fields = {
        "room_number": command.room_number,
        "notes": command.notes,
        "reason": command.reason,
        "override": command.override,
        "locked": bool(command.locked),
    }

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        return fields if may_assign(booking, command, caller=work.caller) else None

    with conversation.transaction() as work:
        booking = locked(work, command)
        pending = pending_actions.begun(conversation, work, booking, ASSIGN, decide)
        if pending is None:
            return room_locks.finish(conversation, work, booking, locked=command.locked)
    return pending_actions.completed(conversation, ASSIGN, pending)


def may_assign(booking: Booking, command: AssignRoom, *, caller: Caller) -> bool:
    """False where the booking has this room already, else True.

    Raises the refusals of `require_assignable`, and those of `require_override` for an override.
    """
    assignments.require_assignable(booking)
    if booking.assigned_room_number == command.room_number:
        return False
    if command.override:
        cancellation.require_override(command.reason, caller)
    return True


def get_candidate_rooms(query: GetCandidateRooms, conversation: KeyedConversation[BookingsWork]) -> Candidates:
    """Return the rooms that may be assigned to the booking, best first. Refused `BOOKING_STATUS_NOT_ASSIGNABLE`."""
    with conversation.reading() as work:
        booking = booking_access.visible(work, hotel=query.hotel, booking_id=query.booking_id)
        access.staff_only(work.caller)
    if booking.status not in WITH_INVENTORY:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")
    return conversation.ask(FindCandidates(**booking.about, party=booking.party))


def _ask(booking: Booking, intent: PendingAction) -> GiveRoom:
    return GiveRoom(
        action_id=intent.id,
        **booking.about,
        room_number=intent.room_number,
        party=booking.party,
        override=intent.override,
    )


def _end(booking: Booking, intent: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    return room_locks.record_room(work, booking, intent, room)


ASSIGN = TwoStepAction(ActionKind.ASSIGN, _ask, _end)
