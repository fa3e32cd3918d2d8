"""The filters of the lists of rooms and tasks. An invalid value is refused `INVALID_FILTER`."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.rooms.events import RoomStatus
from contracts.rooms.room_availability import FindFreeRooms
from contracts.rooms.rooms import ListRooms
from contracts.rooms.tasks import ListTasks, TaskStatus
from gateway.http.fields import Code, Day, SearchText, boolean_filter, invalid_filter
from gateway.http.pages import Paging


class RoomFilters(Paging):
    """Filters of the list of rooms. `search` matches number and type."""

    search: SearchText = ""
    status: Annotated[str, Field(description="One room status.")] = ""
    room_type: Annotated[SearchText, Field(description="A room type's code or name.")] = ""
    floor: Annotated[str, Field(description="A whole number.")] = ""
    occupied: Annotated[str, Field(description="`true` or `false`.")] = ""

    def query(self, hotel: str) -> ListRooms:
        """The query for the rooms service; an invalid value is refused `INVALID_FILTER`."""
        if self.status and self.status not in set(RoomStatus):
            raise invalid_filter("status")
        return ListRooms(
            hotel=hotel,
            search=self.search.strip(),
            status=RoomStatus(self.status) if self.status else None,
            room_type=self.room_type.strip(),
            floor=_floor(self.floor),
            occupied=boolean_filter("occupied", self.occupied),
            page=self.slice,
        )


class TaskFilters(Paging):
    """Filters of the list of tasks. Without a status, the tasks that are not done."""

    status: Annotated[str, Field(description="`OPEN`, `IN_PROGRESS` or `DONE`.")] = ""
    room_number: SearchText = ""
    assignee: Annotated[SearchText, Field(description="A colleague's id, or `me`.")] = ""

    def query(self, hotel: str, *, me: str) -> ListTasks:
        """The query for the rooms service; an invalid value is refused `INVALID_FILTER`."""
        if self.status and self.status not in set(TaskStatus):
            raise invalid_filter("status")
        return ListTasks(
            hotel=hotel,
            status=TaskStatus(self.status) if self.status else None,
            room_number=self.room_number.strip(),
            assignee_id=me if self.assignee == "me" else self.assignee.strip(),
            page=self.slice,
        )


class FreeRoomQuery(BaseModel):
    """The nights and the room type. Rooms of the booking `exclude_booking` count as free."""

    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    room_type: Annotated[SearchText, Field(description="A room type's code or name.")] = ""
    exclude_booking: Code | None = None

    def query(self, hotel: str) -> FindFreeRooms:
        """The query for the rooms service."""
        return FindFreeRooms(hotel=hotel, **{**self.model_dump(), "room_type": self.room_type.strip()})


def _floor(text: str) -> int | None:
    if not text:
        return None
    try:
        floor = int(text)
    except ValueError as problem:
        raise invalid_filter("floor") from problem
    if abs(floor) > 1000:
        raise invalid_filter("floor")
    return floor
