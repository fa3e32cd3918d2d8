"""Assignments: the room that a booking has for its nights."""

from dataclasses import dataclass

from contracts.message import Command, Nothing, Query
from contracts.rooms.events import RoomStatus


@dataclass(frozen=True, kw_only=True)
class RoomTaken:
    """The room of a booking, after an assignment, a move or a change of its occupancy."""

    room_number: str
    room_type_code: str
    room_type_name: str
    room_status: RoomStatus
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CandidateRoom:
    """A room that may be assigned to a booking.

    `warnings` are those of the assignment, and `ROOM_NOT_READY`; `explanation` is a text for staff.
    """

    room_number: str
    room_type: str
    room_type_code: str
    room_status: RoomStatus
    is_occupied: bool
    matches_type: bool
    warnings: tuple[str, ...] = ()
    explanation: str = ""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The rooms that may be assigned to a booking, best first."""

    rooms: tuple[CandidateRoom, ...]


@dataclass(frozen=True, kw_only=True)
class GiveRoom(Command[RoomTaken]):
    """Assign the room to the booking for its nights, instead of another that the booking has. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class TakeRoomBack(Command[Nothing]):
    """Unassign the booking's room. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str


@dataclass(frozen=True, kw_only=True)
class FindCandidates(Query[Candidates]):
    """The rooms that may be assigned to the booking, best first; refused `NOTHING_HELD`."""

    hotel: str
    booking_id: str
