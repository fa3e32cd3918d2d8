"""Undo: a check-in, a check-out or a no-show is taken back in the rooms service."""

from datetime import date
from enum import StrEnum

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.assignments import RoomAction, RoomTaken
from contracts.rooms.events import RoomStatus
from contracts.rooms.occupancy import RoomOccupiedReply


class UndoStep(StrEnum):
    """A step of a stay that can be undone."""

    CHECK_IN = "CHECK_IN"
    CHECK_OUT = "CHECK_OUT"
    NO_SHOW = "NO_SHOW"


class UndoRefusal(Data):
    """A reason why a step cannot be undone: a code for programs and a message for people."""

    code: str
    message: str


class UndoMoveIn(RoomAction, Command[RoomTaken]):
    """Move the booking's guest out of the room as if the guest had never moved in; the room stays assigned.

    `room_status` is the status that the room then has: `READY_FOR_GUEST` or `CHECKOUT_DIRTY`. A repetition with the
    same `action_id` changes nothing. Refused `CANNOT_UNDO` with the `reason` `NEVER_HAPPENED` or `NIGHTS_SLEPT`.
    """

    room_status: RoomStatus


class UndoMoveOut(RoomAction, Command[RoomOccupiedReply]):
    """Move the booking's guest back into the room that the guest has left, and sell the nights until `check_out` again.

    The cleaning task of the room is withdrawn. A repetition with the same `action_id` changes nothing. Refused
    `CANNOT_UNDO` with the `reason` `NEVER_HAPPENED`, `ROOM_TAKEN`, `ROOM_NOT_READY` or `NIGHTS_SOLD`: all of it is
    undone or nothing.
    """

    check_out: date


class HeldAgain(Data):
    """The nights from `first_night` on are held for the booking again."""

    first_night: date


class HoldAgain(RoomAction, Command[HeldAgain]):
    """Sell the nights of a no-show again, those from today (hotel-local) on; no room is assigned.

    A repetition with the same `action_id` changes nothing. Refused `CANNOT_UNDO` with the `reason` `NEVER_HAPPENED`,
    `NO_NIGHT_LEFT` or `NIGHTS_SOLD`, and `ACTION_IN_PROGRESS` while the nights of the no-show are not yet released, or
    the no-show's own event, which is number `released_by` of the booking, has not been applied: that would release the
    nights once more.
    """

    released_by: int


class UndoCheck(Data):
    """Whether the rooms service can undo its part of a step: it can where there are no `refusals`.

    `room_number` and `room_status` are those of the room as it is now, None where there is no such room. `first_night`
    is the first night that would be sold again after a no-show.
    """

    refusals: tuple[UndoRefusal, ...] = ()
    room_number: str | None = None
    room_status: RoomStatus | None = None
    first_night: date | None = None


class CheckUndo(Query[UndoCheck]):
    """Check whether the rooms service can undo its part of a step now; changes and locks nothing.

    `check_out` is that of the booking.
    """

    hotel: str
    booking_id: str
    step: UndoStep
    check_out: date
