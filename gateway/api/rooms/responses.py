"""Rooms, their history, their blocks, their availability and housekeeping tasks."""

from collections.abc import Mapping

from contracts.data import Data
from contracts.rooms.room_availability import FreeRoom, FreeRooms, TakenRoom
from contracts.rooms.rooms import RoomHistory, RoomView
from contracts.rooms.tasks import HousekeepingTask
from gateway.http.views import Json, View


class StaffRoom(View[RoomView]):
    """A room. `current_guest` is null without a guest, and while the bookings service does not answer."""

    current_guest: str | None


class StatusHistory(View[RoomHistory], rename={"changes": "results"}):
    """A page of the changes of a room's status, newest first."""

    next: str | None
    previous: str | None


class AvailableRoom(View[FreeRoom], drop=("current_booking_id",)):
    """A room that is free on the requested nights. `next_booking` is the check-in date of the next stay."""

    current_guest: str | None


class UnavailableRoom(View[TakenRoom]):
    """A room that is not free on the requested nights. `available_from` is null if that date is unknown."""


class RoomAvailability(Data):
    """The rooms that are free on the requested nights, and the rooms that are not; both ordered by room number."""

    available_rooms: tuple[AvailableRoom, ...]
    unavailable_rooms: tuple[UnavailableRoom, ...]


class Task(View[HousekeepingTask], drop=("hotel",)):
    """A cleaning task of a room. `booking_id` is the booking whose guest left; null for a task without a check-out."""


def room(view: RoomView, names: Mapping[str, str]) -> Json:
    """A room with the name of the room's guest; `names` maps booking ids to the guests' names."""
    return StaffRoom.of(view, current_guest=names.get(view.current_booking_id or ""))


def room_availability(reply: FreeRooms, names: Mapping[str, str]) -> Json:
    """The rooms with the names of their guests; `names` maps booking ids to the guests' names."""
    guests = ((free, names.get(free.current_booking_id or "")) for free in reply.available_rooms)
    return {
        "available_rooms": [AvailableRoom.of(free, current_guest=guest) for free, guest in guests],
        "unavailable_rooms": [UnavailableRoom.of(taken) for taken in reply.unavailable_rooms],
    }
