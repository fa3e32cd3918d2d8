"""The filters of the lists of rooms and tasks. An invalid value is refused `INVALID_FILTER`."""

from typing import Any

from pydantic import BaseModel, Field

from contracts.rooms.events import RoomStatus
from contracts.rooms.tasks import TaskStatus
from gateway.http.fields import Code, Day, Filter, SearchText, boolean_filter, choice_filter, invalid_filter
from gateway.http.pages import Paging

HIGHEST_FLOOR = 1000


class RoomFilters(Paging):
    """Filters of the list of rooms. `search` matches number and type."""

    search: SearchText = ""
    status: str = Field("", description="One room status.")
    room_type: Filter = Field("", description="A room type's code or name.")
    floor: str = Field("", description="A whole number.")
    occupied: str = Field("", description="`true` or `false`.")

    @property
    def values(self) -> dict[str, Any]:
        """The fields of `ListRooms`. Refused `INVALID_FILTER`."""
        return super().values | {
            "status": choice_filter("status", self.status, RoomStatus),
            "floor": _floor(self.floor),
            "occupied": boolean_filter("occupied", self.occupied),
        }


class TaskFilters(Paging):
    """Filters of the list of tasks. Without a status, the list has the tasks that are not done."""

    status: str = Field("", description="`OPEN`, `IN_PROGRESS`, `DONE` or `WITHDRAWN`.")
    room_number: Filter = ""
    assignee: Filter = Field("", description="A colleague's id, or `me`.")

    def values_for(self, staff_id: str) -> dict[str, Any]:
        """The fields of `ListTasks`. The assignee `me` is replaced by this `staff_id`. Refused `INVALID_FILTER`."""
        return {
            "status": choice_filter("status", self.status, TaskStatus),
            "room_number": self.room_number,
            "assignee_id": staff_id if self.assignee == "me" else self.assignee,
            "page": self.slice,
        }


class FreeRoomQuery(BaseModel):
    """The nights and the room type. The rooms of the booking with the id in `exclude_booking` count as free."""

    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    room_type: Filter = Field("", description="A room type's code or name.")
    exclude_booking: Code | None = None


def _floor(text: str) -> int | None:
    if not text:
        return None
    try:
        floor = int(text)
    except ValueError as problem:
        raise invalid_filter("floor") from problem
    if abs(floor) > HIGHEST_FLOOR:
        raise invalid_filter("floor")
    return floor
