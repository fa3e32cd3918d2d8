"""Housekeeping's tasks: which rooms are to be cleaned, by whom, and how far that is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.message import Command, Query
from contracts.rooms.events import RoomStatus, TaskReason
from contracts.values import Actor, Page


class TaskStatus(StrEnum):
    """How far a task is."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"


@dataclass(frozen=True, kw_only=True)
class HousekeepingTask:
    """One cleaning of one room. `booking_id` is whose guest left it, where one did."""

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
    """A hotel's tasks. Without a status those that are not done, the oldest first; done ones come latest first."""

    hotel: str
    status: TaskStatus | None = None
    room_number: str = ""
    assignee_id: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class TaskCommand(Command[HousekeepingTask], abstract=True):
    """Something is done to one task; refused `TASK_NOT_FOUND`, `TASK_DONE`."""

    hotel: str
    task_id: int


@dataclass(frozen=True, kw_only=True)
class StartTask(TaskCommand):
    """The room is being cleaned from now on; whoever starts has the task if nobody has. Refused as a turnover is."""


@dataclass(frozen=True, kw_only=True)
class FinishTask(TaskCommand):
    """The room is clean and waits for its inspection. Done already: nothing happens. Refused as a turnover is."""


@dataclass(frozen=True, kw_only=True)
class AssignTask(TaskCommand):
    """Somebody is to do it: the caller, a colleague (who assigns one needs to inspect or manage rooms), or nobody."""

    staff_id: str | None
    staff_name: str | None
