"""What bookings and rooms do together: our intent in one transaction, their part asked for, our end in another.

The intent shuts out every competing command, so whatever rooms has done can be recorded when its answer comes. If
nobody brings the action to its end, the timer does, with the same action id, which rooms answers the same way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.message import Ask
from contracts.rooms.assignments import GiveRoom, TakeRoomBack
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import HoldInventory, ReleaseInventory
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import ClearRoom, MoveIn, MoveOut
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.handlers import endings
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


@dataclass(frozen=True)
class Together:
    """One kind of action: what rooms is asked, and what its reply does to the booking."""

    ask: Callable[[Booking, PendingAction], Ask[Any]]
    end: Callable[[Booking, PendingAction, Any, BookingsWork], Booking]


def _move_out(booking: Booking, action: PendingAction) -> MoveOut:
    left_on = action.left_on or booking.check_out
    note = action.reason if action.kind is ActionKind.CHECK_OUT else ""  # a cancellation's stays with the booking
    return MoveOut(action_id=action.id, booking_id=booking.id, hotel=booking.hotel, left_on=left_on, note=note)


ACTIONS: dict[ActionKind, Together] = {
    ActionKind.SUBMIT: Together(
        lambda booking, _: HoldInventory(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_type=booking.room_type_code,
            check_in=booking.check_in,
            check_out=booking.check_out,
            adults=booking.adults,
            children=booking.children,
        ),
        endings.submitted,
    ),
    ActionKind.RELEASE: Together(lambda booking, _: ReleaseInventory(booking_id=booking.id), endings.released),
    ActionKind.ASSIGN: Together(
        lambda booking, action: GiveRoom(
            action_id=action.id, booking_id=booking.id, hotel=booking.hotel, room_number=action.room_number
        ),
        endings.assigned,
    ),
    ActionKind.UNASSIGN: Together(
        lambda booking, action: TakeRoomBack(action_id=action.id, booking_id=booking.id, hotel=booking.hotel),
        endings.unassigned,
    ),
    ActionKind.CHECK_IN: Together(
        lambda booking, action: MoveIn(action_id=action.id, booking_id=booking.id, hotel=booking.hotel),
        endings.checked_in,
    ),
    ActionKind.SEAT: Together(
        lambda booking, action: MoveIn(action_id=action.id, booking_id=booking.id, hotel=booking.hotel),
        endings.released,
    ),
    ActionKind.MOVE: Together(
        lambda booking, action: MoveGuest(
            action_id=action.id, booking_id=booking.id, hotel=booking.hotel, room_number=action.room_number
        ),
        endings.moved,
    ),
    ActionKind.CHECK_OUT: Together(_move_out, endings.checked_out),
    ActionKind.CUT_SHORT: Together(_move_out, endings.cut_short),
    ActionKind.FORCE_OUT: Together(
        lambda booking, action: ClearRoom(
            action_id=action.id,
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=action.room_number,
            ended=True,
            left_on=action.left_on or booking.check_out,
            force=True,
            note=action.reason,
        ),
        endings.checked_out,
    ),
    ActionKind.CLEAR: Together(
        lambda booking, action: ClearRoom(
            action_id=action.id,
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=action.room_number,
            ended=False,
            note=action.reason,
        ),
        endings.released,
    ),
    ActionKind.EXTEND: Together(
        lambda booking, action: ExtendStay(
            action_id=action.id, booking_id=booking.id, hotel=booking.hotel, until=action.until or booking.check_out
        ),
        endings.extended,
    ),
}


def begin(work: BookingsWork, booking: Booking, kind: ActionKind, **detail: Any) -> Booking:
    """Note the intent. Refused `ACTION_IN_PROGRESS`."""
    caller = work.caller
    action = PendingAction(id=uuid4().hex, kind=kind, by=caller.actor, started_at=work.now, **detail)
    return work.bookings.begin_action(booking, action)


def carry_out(
    conversation: Conversation[BookingsWork],
    booking: Booking,
    *,
    and_then: Callable[[BookingsWork, Booking], Any] = lambda _, __: None,
) -> Any:
    """Ask rooms and end the action; `and_then` runs in the ending transaction. Raises rooms' refusal, when cleared."""
    action = booking.pending
    if action is None:
        raise ValueError(f"nothing is under way with {booking.id}")
    together = ACTIONS[action.kind]
    try:
        reply = conversation.ask(together.ask(booking, action))
    except Refusal:
        with conversation.transaction() as work:
            if mine := _still_pending(work, booking.id, action):
                work.note(mine, pending=None)
        raise
    with conversation.transaction() as work:
        mine = _still_pending(work, booking.id, action)
        ended = together.end(mine, action, reply, work) if mine else work.bookings.lock(booking.id)
        if ended is None:
            raise LookupError(f"booking {booking.id} is gone")
        return and_then(work, ended)


def drive_stale_actions(conversation: Conversation[BookingsWork]) -> bool:
    """Bring one action that nobody has ended to its end."""
    with conversation.transaction() as work:
        booking = work.bookings.lock_stale()
    if booking is None or booking.pending is None:
        return False
    facts = {"booking_id": booking.id, "kind": booking.pending.kind}
    try:
        carry_out(conversation, booking)
    except Unavailable:
        log.warning("action_waits", **facts)
        return False
    except Refusal as refusal:
        log.warning("action_refused", code=refusal.code, **facts)
        return True
    log.info("action_driven_to_its_end", **facts)
    return True


def _still_pending(work: BookingsWork, booking_id: str, action: PendingAction) -> Booking | None:
    """The booking, where this action has not been ended by somebody else."""
    booking = work.bookings.lock(booking_id)
    return booking if booking and booking.pending and booking.pending.id == action.id else None
