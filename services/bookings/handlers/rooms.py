"""Submit, assign, unassign, check in, move, check out: conversations with rooms, each harmless to ask again."""

from collections.abc import Callable
from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import (
    AssignRoom,
    BookingCommand,
    BookingDetail,
    BookingStatus,
    CheckIn,
    CheckOut,
    GetCandidateRooms,
    MoveRoom,
    SubmitBooking,
    UnassignRoom,
)
from contracts.rooms.assignments import Candidates, FindCandidates
from services.bookings.domain import access, assigning, creation, local_time, moving, presenting, staying
from services.bookings.domain.booking import ActionKind, Booking
from services.bookings.handlers import actions
from services.bookings.handlers.admission import locked, seen
from services.bookings.work import BookingsWork

# Whether rooms is to be asked, and with what; None where it has happened already.
Decision = Callable[[Booking, BookingsWork], dict[str, Any] | None]
WITH_INVENTORY = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED})


def submit_booking(command: SubmitBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """A draft's nights are held, or the draft stays one."""
    return _together(
        command,
        conversation,
        ActionKind.SUBMIT,
        lambda booking, _: {} if creation.may_submit(booking) else None,
        staff=False,
    )


def assign_room(command: AssignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The booking gets that room, or keeps what it had. A mismatch of types is told in `warnings`."""

    def decide(booking: Booking, _: BookingsWork) -> dict[str, Any] | None:
        wanted = assigning.may_assign(booking, command)
        return {"room_number": command.room_number, "notes": command.notes} if wanted else None

    return _together(command, conversation, ActionKind.ASSIGN, decide)


def unassign_room(command: UnassignRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The booking's room is freed."""
    return _together(
        command, conversation, ActionKind.UNASSIGN, lambda booking, _: {} if assigning.may_unassign(booking) else None
    )


def check_in(command: CheckIn, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The guest moves in."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        return {} if staying.may_check_in(booking, command, caller=work.caller, now=work.now) else None

    return _together(command, conversation, ActionKind.CHECK_IN, decide)


def move_room(command: MoveRoom, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The guest goes to another room, and the booking's history with them."""

    def decide(booking: Booking, _: BookingsWork) -> dict[str, Any] | None:
        wanted = moving.may_move(booking, command)
        detail = {"room_number": command.to_room_number, "reason": command.reason, "notes": command.notes}
        return detail if wanted else None

    return _together(command, conversation, ActionKind.MOVE, decide)


def check_out(command: CheckOut, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The guest leaves; nights not slept are free from the hotel's today on."""
    return _together(command, conversation, ActionKind.CHECK_OUT, departure)


def departure(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
    """With what the guest leaves, by whichever way; None where they have left."""
    left_on = local_time.local_date(work.now, booking.timezone)
    return {"left_on": left_on} if staying.may_check_out(booking) else None


def get_candidate_rooms(query: GetCandidateRooms, conversation: KeyedConversation[BookingsWork]) -> Candidates:
    """The rooms this booking could be given, best first; rooms knows them."""
    with conversation.reading() as work:
        booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
        access.staff_only(work.caller)
    if booking.status not in WITH_INVENTORY:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")
    return conversation.ask(FindCandidates(hotel=booking.hotel, booking_id=booking.id))


def _together(
    command: BookingCommand,
    conversation: KeyedConversation[BookingsWork],
    kind: ActionKind,
    decide: Decision,
    *,
    staff: bool = True,
) -> BookingDetail:
    with conversation.transaction() as work:
        booking = locked(work, command, staff=staff)
        detail = decide(booking, work)
        if detail is None:
            return _finished(conversation, work, booking)
        begun = actions.begin(work, booking, kind, **detail)
    after: BookingDetail = actions.carry_out(
        conversation, begun, and_then=lambda work, booking: _finished(conversation, work, booking)
    )
    return after


def _finished(conversation: KeyedConversation[BookingsWork], work: BookingsWork, booking: Booking) -> BookingDetail:
    reply: BookingDetail = conversation.finish(work, presenting.detail(booking, now=work.now))
    return reply
