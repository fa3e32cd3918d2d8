"""Assignments: the room that a booking has for its nights."""

from dataclasses import dataclass

from contracts.message import Command, Nothing, Query
from contracts.rooms.events import RoomStatus


@dataclass(frozen=True, kw_only=True)
class RoomTaken:
    """A room was given to a booking, or its guest moved in or out."""

    room_number: str
    room_type_code: str
    room_type_name: str
    room_status: RoomStatus
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CandidateRoom:
    """A room that could be given to a booking; the best come first.

    `warnings` are what giving it would be answered with, and `ROOM_NOT_READY`; `explanation` says in words how it fits.
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
    """The rooms that could be given to a booking."""

    rooms: tuple[CandidateRoom, ...]


@dataclass(frozen=True, kw_only=True)
class GiveRoom(Command[RoomTaken]):
    """Give the booking this room for its nights, freeing another it had. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class TakeRoomBack(Command[Nothing]):
    """The booking no longer has a room. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str


@dataclass(frozen=True, kw_only=True)
class FindCandidates(Query[Candidates]):
    """The rooms that the booking could be given, best first."""

    hotel: str
    booking_id: str
