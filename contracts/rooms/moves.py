"""Moves of a guest in house to another room."""

from contracts.message import Command
from contracts.rooms.assignments import RoomAction, RoomTaken


class MoveGuest(RoomAction, Command[RoomTaken]):
    """Move the guest in house to this room, which must be ready and free for the rest of the stay.

    A repetition with the same `action_id` changes nothing. Refused `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`,
    `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`, `ROOM_NOT_READY`, `SOLD_OUT`, and
    `ROOM_TOO_SMALL` where the room sleeps fewer than `party`, unless `override`. A `party` of 0 is not known.
    """

    room_number: str
    party: int = 0
    override: bool = False
