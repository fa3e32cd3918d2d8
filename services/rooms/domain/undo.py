"""Undo: whether a move into a room can be taken back."""

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoRefusal
from services.rooms.domain.periods import Period
from services.rooms.lifecycle import Act, GuestMovedOut, MoveInUndone

BACK_TO: dict[RoomStatus, type[Act]] = {
    RoomStatus.READY_FOR_GUEST: MoveInUndone,
    RoomStatus.CHECKOUT_DIRTY: GuestMovedOut,
}


def check(refusals: tuple[UndoRefusal, ...]) -> None:
    """Refused `CANNOT_UNDO` with the code of the first refusal as `reason`; nothing where there is no refusal."""
    for refusal in refusals:
        raise Refusal("CANNOT_UNDO", refusal.message, reason=refusal.code)


def refusals_of_move_in(stay: Period | None, *, slept_elsewhere: bool) -> tuple[UndoRefusal, ...]:
    """Why the move of the stay's guest into the room cannot be undone; empty where it can."""
    if stay is None or not stay.moved_in:
        return (_refusal("NEVER_HAPPENED", "The guest has not moved into a room."),)
    if slept_elsewhere:
        return (_refusal("NIGHTS_SLEPT", "The guest was moved, and has slept in another room before."),)
    return ()


def act_of_move_in(status: RoomStatus) -> type[Act]:
    """The act that gives a room, which its guest has not used, this status. Refused `VALIDATION_ERROR`."""
    if status not in BACK_TO:
        raise Refusal("VALIDATION_ERROR", f"After an undone check-in a room is not {status}.")
    return BACK_TO[status]


def _refusal(code: str, message: str) -> UndoRefusal:
    return UndoRefusal(code=code, message=message)
