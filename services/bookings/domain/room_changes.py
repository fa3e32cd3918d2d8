"""The rooms of each event: the room that a guest had before, and the room that the guest has afterwards."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomMoved,
    RoomUnassigned,
)


class RoomChange(NamedTuple):
    """Two room numbers; None stands for no room."""

    from_room: str | None = None
    to_room: str | None = None


NO_CHANGE = RoomChange()
_INTO = RoomChange(None, "room_number")
_OUT = RoomChange("room_number", None)
_CHANGE = RoomChange("previous_room_number", "room_number")

# Each event that takes a guest into or out of a room, and the fields of the event that have the room numbers.
ROOM_FIELDS: dict[type[BookingEvent], RoomChange] = {
    RoomAssigned: _CHANGE,
    RoomMoved: _CHANGE,
    RoomUnassigned: _OUT,
    GuestCheckedIn: _INTO,
    GuestCheckedOut: _OUT,
    BookingCancelled: _OUT,
    BookingNoShow: _OUT,
}
_BY_NAME = {event.__name__: names for event, names in ROOM_FIELDS.items()}


def room_change(what: str, data: Mapping[str, Any] | None) -> RoomChange:
    """The room change of an event, from the event's short name and its stored data."""
    names = _BY_NAME.get(what)
    if names is None or data is None:
        return NO_CHANGE
    before, after = (data.get(name) if name else None for name in names)
    return RoomChange(before or None, after or None)
