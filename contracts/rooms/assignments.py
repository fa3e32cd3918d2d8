"""Assignments of a room to a booking for the nights of its stay."""

from enum import StrEnum

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.rooms.events import RoomStatus


class RoomAction(Data):
    """The fields of a command about the room of a booking. A repetition with the same `action_id` changes nothing."""

    action_id: str
    booking_id: str
    hotel: str


class RoomTaken(Data):
    """The room of a booking, as the reply to an assignment, a move or a change of the room's occupancy."""

    room_number: str
    room_type_code: str
    room_type_name: str
    room_status: RoomStatus
    warnings: tuple[str, ...] = ()


class RoomFit(StrEnum):
    """A room's type compared with the booked type. An upgrade costs more and sleeps the whole party."""

    SAME_TYPE = "same_type"
    UPGRADE = "upgrade"
    OTHER = "other"


class CandidateRoom(Data):
    """A room that may be assigned to a booking; `max_occupancy` is the number of guests who may sleep there.

    `warnings` may contain `ROOM_TYPE_MISMATCH`, `ROOM_TOO_SMALL` and `ROOM_NOT_READY`. `explanation` is a text for
    staff.
    """

    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    matches_type: bool
    fit: RoomFit
    max_occupancy: int
    warnings: tuple[str, ...] = ()
    explanation: str = ""


class Candidates(Data):
    """The rooms that may be assigned to a booking, best first; rooms that are too small for the party come last."""

    rooms: tuple[CandidateRoom, ...]


class GiveRoom(RoomAction, Command[RoomTaken]):
    """Assign the room to the booking for the nights of the stay, in place of a room assigned earlier.

    A repetition with the same `action_id` changes nothing. `party` is the number of guests, 0 where it is not known.
    Refused `ROOM_TOO_SMALL` where the room sleeps fewer, unless `override`; the reply's `warnings` then say so.
    """

    room_number: str
    party: int = 0
    override: bool = False


class TakeRoomBack(RoomAction, Command[Nothing]):
    """Remove the booking's room assignment. A repetition with the same `action_id` changes nothing."""


class FindCandidates(Query[Candidates]):
    """Return the rooms that may be assigned to the booking, best first.

    `party` is the number of guests, 0 where it is not known. Refused `NOTHING_HELD` for a booking without a live hold.
    """

    hotel: str
    booking_id: str
    party: int = 0
