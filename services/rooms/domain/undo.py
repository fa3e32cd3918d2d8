"""Undo: whether a step of a stay can be taken back, and which nights are sold again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoRefusal
from contracts.values import Stay
from services.rooms.domain.holds import Hold, HoldPart, merged, whole_stay
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.lifecycle import LIFECYCLE, Act, GuestMovedIn, GuestMovedOut, MoveInUndone, MoveOutUndone

Refusals = tuple[UndoRefusal, ...]

BACK_TO: dict[RoomStatus, type[Act]] = {
    RoomStatus.READY_FOR_GUEST: MoveInUndone,
    RoomStatus.CHECKOUT_DIRTY: GuestMovedOut,
}


def refusal(code: str, message: str) -> UndoRefusal:
    """A reason why a step cannot be undone."""
    return UndoRefusal(code=code, message=message)


ROOM_TAKEN = refusal("ROOM_TAKEN", "Another guest or a block has the room.")
NIGHTS_SOLD = refusal("NIGHTS_SOLD", "The remaining nights have been sold.")
STILL_HELD = refusal("ACTION_IN_PROGRESS", "The nights of the no-show are just being released; try again shortly.")
NEVER_LEFT = refusal("NEVER_HAPPENED", "The guest has not left a room.")


@dataclass(frozen=True, kw_only=True)
class Return:
    """A guest's return: the ended hold as it is, the ended stay, its room, and the check-out date of the booking.

    The hold's `check_out` is the day on which the guest left, or the booking's where that is earlier.
    """

    hold: Hold
    stay: Period
    room: Room
    check_out: date

    @property
    def nights(self) -> Stay:
        """The nights of the stay in its room, once the stay is revived."""
        return Stay(self.stay.nights.check_in, self.check_out)

    @property
    def sold_again(self) -> HoldPart | None:
        """The nights that the check-out has freed; None where it has freed no night."""
        if self.hold.stay.check_out >= self.check_out:
            return None
        first = self.hold.stay.check_out
        return HoldPart(room_type_id=self.room.room_type_id, first_night=first, until=self.check_out)

    @property
    def revived(self) -> Hold:
        """The hold with its former nights."""
        added = (self.sold_again,) if self.sold_again else ()
        stay = Stay(self.hold.stay.check_in, self.check_out)
        return replace(self.hold, stay=stay, ended_at=None, parts=merged((*self.hold.parts, *added)))


def check(refusals: Sequence[UndoRefusal]) -> None:
    """Refused `CANNOT_UNDO` with the code of the first refusal as `reason`; nothing where there is no refusal.

    Refused `ACTION_IN_PROGRESS` with that code instead.
    """
    for each in refusals:
        if each is STILL_HELD:
            raise Refusal(each.code, each.message)
        raise Refusal("CANNOT_UNDO", each.message, reason=each.code)


def refusals_of_move_in(stay: Period | None, *, slept_elsewhere: bool) -> Refusals:
    """Why the move of the stay's guest into the room cannot be undone; empty where it can."""
    if stay is None or not stay.moved_in:
        return (refusal("NEVER_HAPPENED", "The guest has not moved into a room."),)
    if slept_elsewhere:
        return (refusal("NIGHTS_SLEPT", "The guest was moved, and has slept in another room before."),)
    return ()


def refusals_of_return(guest: Return, *, others: Sequence[Period]) -> Refusals:
    """Why the guest cannot move back into the room; empty where the guest can.

    `others` are the live periods of the room on the nights of the stay.
    """
    if guest.room.occupied_by or others:
        return (ROOM_TAKEN,)
    if not guest.room.is_active or act_of_return(guest.room) is None:
        return (refusal("ROOM_NOT_READY", f"Room {guest.room.room_number} is {guest.room.status}."),)
    return ()


def refusals_of_hold(hold: Hold | None, *, today: date) -> Refusals:
    """Why the released nights of a no-show cannot be sold again; empty where they can, if none is full."""
    if hold is None or (hold.parts and not hold.live):
        return (refusal("NEVER_HAPPENED", "The booking has no released nights."),)
    if hold.live:
        return (STILL_HELD,)
    if today >= hold.stay.check_out:
        return (refusal("NO_NIGHT_LEFT", "No night of the stay is left."),)
    return ()


def held_again(hold: Hold, *, today: date) -> Hold:
    """The released hold, live again with the nights from today (hotel-local) on, on the booked type."""
    stay = Stay(max(today, hold.stay.check_in), hold.stay.check_out)
    return replace(hold, stay=stay, ended_at=None, parts=(whole_stay(hold.room_type_id, stay),))


def act_of_move_in(status: RoomStatus) -> type[Act]:
    """The act that gives a room, which its guest has not used, this status. Refused `VALIDATION_ERROR`."""
    if status not in BACK_TO:
        raise Refusal("VALIDATION_ERROR", f"After an undone check-in a room is not {status}.")
    return BACK_TO[status]


def act_of_return(room: Room) -> type[Act] | None:
    """The act by which a guest who has left moves back into the room; None where the room's status permits none."""
    return next((act for act in (MoveOutUndone, GuestMovedIn) if LIFECYCLE.allows(room.status, act)), None)
