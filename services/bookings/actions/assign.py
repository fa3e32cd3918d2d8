"""Assign: a confirmed booking gets a room, or changes to another room."""

from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, GetCandidateRooms, RoomAssigned
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import Candidates, FindCandidates, GiveRoom, RoomTaken
from contracts.values import Caller
from services.bookings.domain import access, cancellation
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.steps import booking_access, pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork

WITH_INVENTORY = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED})


def assign_room(command: AssignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Assign the room to the booking. The reply's `warnings` say where the room differs from the booked type.

    Raises the refusals of `may_assign`; the rooms service refuses a room that cannot be assigned.
    """
    fields = {
        "room_number": command.room_number,
        "notes": command.notes,
        "reason": command.reason,
        "override": command.override,
    }

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        return fields if may_assign(booking, command, caller=work.caller) else None

    return pending_actions.run(conversation, command, ASSIGN, decide)


def may_assign(booking: Booking, command: AssignRoom, *, caller: Caller) -> bool:
    """False where the booking has this room already, else True.

    Raises the refusals of `require_assignable`, and those of `require_override` for an override.
    """
    require_assignable(booking)
    if booking.assigned_room_number == command.room_number:
        return False
    if command.override:
        cancellation.require_override(command.reason, caller)
    return True


def require_assignable(booking: Booking) -> None:
    """Admit only confirmed bookings. Refused `BOOKING_ALREADY_CHECKED_IN`, `BOOKING_STATUS_NOT_ASSIGNABLE`."""
    if booking.status is BookingStatus.IN_HOUSE:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest is in house: move them instead.")
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")


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


def room_assigned(booking: Booking, intent: PendingAction, room: RoomTaken) -> RoomAssigned:
    """The event of the room that the rooms service has given to the booking."""
    return RoomAssigned(
        **booking.about,
        room_number=room.room_number,
        room_type_code=room.room_type_code,
        by=intent.by,
        assigned_at=intent.started_at,
        previous_room_number=booking.assigned_room_number,
        warnings=room.warnings,
    )


def _end(booking: Booking, intent: PendingAction, room: RoomTaken, work: BookingsWork) -> Booking:
    assigned = room_assigned(booking, intent, room)
    why = ": ".join(filter(None, (intent.reason, intent.notes)))
    return work.record(
        booking, (assigned,), by=intent.by, pending=None, remark=why, assignment_notes=intent.notes or None
    )


ASSIGN = TwoStepAction(ActionKind.ASSIGN, _ask, _end)
