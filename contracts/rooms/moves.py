"""Moves of a guest in house to another room."""

from contracts.message import Command
from contracts.rooms.assignments import RoomTaken


class MoveGuest(Command[RoomTaken]):
    """Move the guest in house to this room, which must be ready and free for the rest of the stay.

    Idempotent by `action_id`. Refused `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`.
    """

    action_id: str
    booking_id: str
    hotel: str
    room_number: str
