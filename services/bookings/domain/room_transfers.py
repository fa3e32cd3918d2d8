"""The rooms of each event: the room that a guest had before, and the room that the guest has afterwards."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.stay_changes import StayChanged
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomMoved,
    RoomUnassigned,
)
from contracts.bookings.undo import CheckInUndone, CheckOutUndone


class RoomTransfer(NamedTuple):
    """Two room numbers; None stands for no room."""

    from_room: str | None = None
    to_room: str | None = None


NO_TRANSFER = RoomTransfer()
_INTO = RoomTransfer(None, "room_number")
_OUT = RoomTransfer("room_number", None)
_CHANGE = RoomTransfer("previous_room_number", "room_number")

# Each event that takes a guest into or out of a room, and the fields of the event that have the room numbers.
ROOM_FIELDS: dict[type[BookingEvent], RoomTransfer] = {
    RoomAssigned: _CHANGE,
    RoomMoved: _CHANGE,
    RoomUnassigned: _OUT,
    StayChanged: RoomTransfer("freed_room_number", None),
    GuestCheckedIn: _INTO,
    CheckInUndone: _OUT,
    GuestCheckedOut: _OUT,
    CheckOutUndone: _INTO,
    BookingCancelled: _OUT,
    BookingNoShow: _OUT,
}
_BY_NAME = {event.__name__: names for event, names in ROOM_FIELDS.items()}


def room_transfer(what: str, data: Mapping[str, Any] | None) -> RoomTransfer:
    """The rooms of an event, from the event's short name and its stored data."""
    names = _BY_NAME.get(what)
    if names is None or data is None:
        return NO_TRANSFER
    before, after = (data.get(name) if name else None for name in names)
    return RoomTransfer(before or None, after or None)
