"""Rooms, their history, their blocks, their availability and housekeeping tasks."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts import rooms
from gateway.http.pages import Page
from gateway.http.views import Json, View


class Room(View[rooms.RoomView]):
    """A room. `current_guest` is also null while bookings does not answer."""

    current_guest: str | None


class RoomChange(View[rooms.RoomChange]):
    """A change of a room's status."""


@dataclass(frozen=True, kw_only=True)
class StatusHistory(Page[RoomChange]):
    """A page of the changes of a room's status, newest first."""

    results: tuple[RoomChange, ...]
    room_number: str


class FreeRoom(View[rooms.FreeRoom], drop=("current_booking_id",)):
    """A room that is free on the requested nights. `next_booking` is the check-in date of the next stay."""

    current_guest: str | None


class TakenRoom(View[rooms.TakenRoom]):
    """A room that is not free on the requested nights. By the bookings, the room is free from `available_from` on."""


@dataclass(frozen=True, kw_only=True)
class RoomAvailability:
    """The rooms of a hotel by number: those that are free on the requested nights, and those that are not."""

    available_rooms: tuple[FreeRoom, ...]
    unavailable_rooms: tuple[TakenRoom, ...]


class Block(View[rooms.RoomBlock]):
    """A room is blocked on the nights `[starts_on, until)`. `out_of_order`: the block ends with that status."""


class BlockList(View[rooms.RoomBlocks]):
    """The current and future blocks of a room, by date."""


class Task(View[rooms.HousekeepingTask], drop=("hotel",)):
    """A cleaning task of a room. `booking_id` is the stay that left the room dirty, if there is one."""


def room(view: rooms.RoomView, names: Mapping[str, str]) -> Json:
    """A room with the name of the guest in it; `names` are by booking id."""
    return Room.of(view, current_guest=names.get(view.current_booking_id or ""))


def room_availability(reply: rooms.FreeRooms, names: Mapping[str, str]) -> Json:
    """The rooms with the names of the guests in them; `names` are by booking id."""
    return {
        "available_rooms": [
            FreeRoom.of(free, current_guest=names.get(free.current_booking_id or "")) for free in reply.available_rooms
        ],
        "unavailable_rooms": [TakenRoom.of(taken) for taken in reply.unavailable_rooms],
    }
