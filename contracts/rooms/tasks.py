"""Cleaning tasks of housekeeping."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.message import Command, Query
from contracts.rooms.events import RoomStatus, TaskReason
from contracts.values import Actor, Page


class TaskStatus(StrEnum):
    """The progress of a task."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"


@dataclass(frozen=True, kw_only=True)
class HousekeepingTask:
    """One cleaning of one room. `booking_id` is the booking whose guest vacated the room; None: another reason."""

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


@dataclass(frozen=True, kw_only=True)
class TaskList:
    """A page of a hotel's tasks."""

    count: int
    results: tuple[HousekeepingTask, ...]


@dataclass(frozen=True, kw_only=True)
class ListTasks(Query[TaskList]):
    """A hotel's tasks; without a status those not done. Open tasks come oldest first, done ones latest first."""

    hotel: str
    status: TaskStatus | None = None
    room_number: str = ""
    assignee_id: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class TaskCommand(Command[HousekeepingTask], abstract=True):
    """A command for one task; refused `TASK_NOT_FOUND`, `TASK_DONE`."""

    hotel: str
    task_id: int


@dataclass(frozen=True, kw_only=True)
class StartTask(TaskCommand):
    """Start the cleaning of the room, and assign a free task to the caller. Refused like `ChangeRoomStatus`."""


@dataclass(frozen=True, kw_only=True)
class FinishTask(TaskCommand):
    """Finish the cleaning of the room. A done task stays as it is. Refused like `ChangeRoomStatus`."""


@dataclass(frozen=True, kw_only=True)
class AssignTask(TaskCommand):
    """Assign the task to the caller, to a colleague (needs `can_inspect` or `can_manage_rooms`), or to nobody."""

    staff_id: str | None
    staff_name: str | None
