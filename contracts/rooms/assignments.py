"""Assignments of a room to a booking for the nights of its stay."""

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


class CandidateRoom(Data):
    """A room that may be assigned to a booking.

    `warnings` may contain `ROOM_TYPE_MISMATCH` and `ROOM_NOT_READY`. `explanation` is a text for staff.
    """

    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    matches_type: bool
    warnings: tuple[str, ...] = ()
    explanation: str = ""


class Candidates(Data):
    """The rooms that may be assigned to a booking, best first."""

    rooms: tuple[CandidateRoom, ...]


class GiveRoom(RoomAction, Command[RoomTaken]):
    """Assign the room to the booking for the nights of the stay, in place of a room assigned earlier.

    A repetition with the same `action_id` changes nothing.
    """

    room_number: str


class TakeRoomBack(RoomAction, Command[Nothing]):
    """Remove the booking's room assignment. A repetition with the same `action_id` changes nothing."""


class FindCandidates(Query[Candidates]):
    """Return the rooms that may be assigned to the booking, best first.

    Refused `NOTHING_HELD` for a booking without a live hold.
    """

    hotel: str
    booking_id: str
