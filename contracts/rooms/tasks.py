"""Housekeeping's cleaning tasks."""

from datetime import datetime
from enum import StrEnum

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.events import RoomStatus, TaskReason
from contracts.values import Actor, Page


class TaskStatus(StrEnum):
    """The progress of a task. A task is withdrawn where its guest is back in the room."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"


class HousekeepingTask(Data):
    """A task to clean a room once. After a check-out, `booking_id` is the booking whose guest left; else None."""

    id: int
    hotel: str
    room_number: str
    room_type: str
    floor: int | None
    room_status: RoomStatus
    reason: TaskReason
    status: TaskStatus
    booking_id: str | None
    assignee: Actor | None
    opened_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    done_by: Actor | None
    withdrawn_at: datetime | None = None


class TaskList(Data):
    """A page of a hotel's tasks."""

    count: int
    results: tuple[HousekeepingTask, ...]


class ListTasks(Query[TaskList]):
    """Return a page of a hotel's tasks; without `status`, the tasks that are neither done nor withdrawn.

    Open tasks are ordered oldest first, done and withdrawn tasks latest first.
    """

    hotel: str
    status: TaskStatus | None = None
    room_number: str = ""
    assignee_id: str = ""
    page: Page = Page()


class TaskCommand(Command[HousekeepingTask], abstract=True):
    """A command for one cleaning task. Refused `TASK_NOT_FOUND`, `TASK_DONE`."""

    hotel: str
    task_id: int


class StartTask(TaskCommand):
    """Start the cleaning of the room; a task without an assignee is assigned to the caller.

    Refused like `ChangeRoomStatus`.
    """


class FinishTask(TaskCommand):
    """Finish the cleaning of the room; a task that is done stays unchanged.

    Refused like `ChangeRoomStatus`.
    """


class AssignTask(TaskCommand):
    """Assign the task to the caller, to a colleague or to nobody.

    An assignment to a colleague needs `can_inspect` or `can_manage_rooms`.
    """

    staff_id: str | None
