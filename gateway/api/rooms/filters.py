"""How lists of rooms and of housekeeping's tasks are narrowed. What cannot be read is refused as a filter."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.rooms import FindFreeRooms, ListRooms, ListTasks, RoomStatus, TaskStatus
from gateway.api.bookings.filters import truth, unreadable
from gateway.http.fields import Code, Day
from gateway.http.paging import Paging

Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]


class RoomFilters(Paging):
    """Which rooms. `search` matches number and type."""

    search: Text = ""
    status: Annotated[str, Field(description="One room status.")] = ""
    room_type: Annotated[Text, Field(description="A room type's code or name.")] = ""
    floor: Annotated[str, Field(description="A whole number.")] = ""
    occupied: Annotated[str, Field(description="`true` or `false`.")] = ""

    def query(self, hotel: str) -> ListRooms:
        """What rooms is asked; refused `INVALID_FILTER`."""
        if self.status and self.status not in set(RoomStatus):
            raise unreadable("status")
        return ListRooms(
            hotel=hotel,
            search=self.search.strip(),
            status=RoomStatus(self.status) if self.status else None,
            room_type=self.room_type.strip(),
            floor=_floor(self.floor),
            occupied=truth("occupied", self.occupied),
            page=self.wanted,
        )


class TaskFilters(Paging):
    """Which tasks. Without a status those that are not done."""

    status: Annotated[str, Field(description="`OPEN`, `IN_PROGRESS` or `DONE`.")] = ""
    room_number: Text = ""
    assignee: Annotated[Text, Field(description="A colleague's id, or `me`.")] = ""

    def query(self, hotel: str, *, me: str) -> ListTasks:
        """What rooms is asked; refused `INVALID_FILTER`."""
        if self.status and self.status not in set(TaskStatus):
            raise unreadable("status")
        return ListTasks(
            hotel=hotel,
            status=TaskStatus(self.status) if self.status else None,
            room_number=self.room_number.strip(),
            assignee_id=me if self.assignee == "me" else self.assignee.strip(),
            page=self.wanted,
        )


class FreeRoomQuery(BaseModel):
    """Which nights, for which kind of room. What `exclude_booking` has counts for free."""

    check_in: Day
    check_out: Day
    room_type: Annotated[Text, Field(description="A room type's code or name.")] = ""
    exclude_booking: Code | None = None

    def query(self, hotel: str) -> FindFreeRooms:
        """What rooms is asked."""
        return FindFreeRooms(
            hotel=hotel,
            check_in=self.check_in,
            check_out=self.check_out,
            room_type=self.room_type.strip(),
            exclude_booking=self.exclude_booking,
        )


class BlockedNights(BaseModel):
    """Blocks that touch the nights `[starts_on, until)`; what is not said is not narrowed."""

    starts_on: Day | None = None
    until: Day | None = None


def _floor(given: str) -> int | None:
    if not given:
        return None
    try:
        floor = int(given)
    except ValueError as problem:
        raise unreadable("floor") from problem
    if abs(floor) > 1000:
        raise unreadable("floor")
    return floor
