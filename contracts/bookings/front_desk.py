"""What the front desk asks of bookings beyond one booking's ordinary way: moves, walk-ins, many check-outs at once."""

from dataclasses import dataclass

from contracts.bookings.asks import BookingCommand


@dataclass(frozen=True, kw_only=True)
class MoveRoom(BookingCommand):
    """The guest in house goes to another room, ready and free for the rest of the stay.

    Refused `NOT_CHECKED_IN`, `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`.
    """

    to_room_number: str
    reason: str = ""
    notes: str = ""
