"""Cleaning tasks: which change of a room's status opens or closes a task, and who may assign a task."""

from dataclasses import dataclass
from datetime import datetime

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus, TaskReason
from contracts.rooms.tasks import HousekeepingTask, TaskStatus
from contracts.values import Actor, Caller, Permission
from services.rooms.domain.mapping import mapped
from services.rooms.lifecycle import Act, GuestMovedOut, InspectionFailed, RepairedToClean, ReturnedToClean

OPENED_BY: dict[type[Act], TaskReason] = {
    GuestMovedOut: TaskReason.CHECK_OUT,
    InspectionFailed: TaskReason.INSPECTION_FAILED,
    RepairedToClean: TaskReason.REPAIRED,
    ReturnedToClean: TaskReason.BACK_IN_ORDER,
}
CLOSED_BY = (RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST)


@dataclass(frozen=True, kw_only=True)
class CleaningTask:
    """A task to clean one room once, with the room's present type, floor and status. The times are UTC."""

    id: int
    hotel: str
    room_id: int
    room_number: str
    room_type: str
    floor: int | None
    room_status: RoomStatus
    reason: TaskReason
    booking_id: str | None
    assignee: Actor | None
    opened_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    done_by: Actor | None
    withdrawn_at: datetime | None
    version: int

    @property
    def status(self) -> TaskStatus:
        """The task's progress, which follows from the times."""
        if self.withdrawn_at:
            return TaskStatus.WITHDRAWN
        if self.done_at:
            return TaskStatus.DONE
        return TaskStatus.IN_PROGRESS if self.started_at else TaskStatus.OPEN

    @property
    def is_over(self) -> bool:
        """Whether the task is done or withdrawn."""
        return bool(self.done_at or self.withdrawn_at)


def check_assign(task: CleaningTask, caller: Caller, *, to: str | None) -> None:
    """Check that the caller may assign the task to the staff id `to`, or to nobody where `to` is None.

    Cleaners may assign free tasks to themselves and unassign themselves. Refused `TASK_DONE`, `PERMISSION_DENIED`.
    """
    if task.is_over:
        raise done()
    if caller.kind != "staff":
        return
    holder = task.assignee.id if task.assignee else None
    own = to == caller.staff_id if to else holder in (None, caller.staff_id)
    if own and caller.may(Permission.CLEAN):
        return
    if not (caller.may(Permission.INSPECT) or caller.may(Permission.MANAGE_ROOMS)):
        raise Refusal("PERMISSION_DENIED", "To assign a colleague's task needs can_inspect or can_manage_rooms.")


def done() -> Refusal:
    """The refusal `TASK_DONE`."""
    return Refusal("TASK_DONE", "The task is done or withdrawn.")


def existing(task: CleaningTask | None) -> CleaningTask:
    """The task. Refused `TASK_NOT_FOUND` where `task` is None."""
    if task is None:
        raise Refusal("TASK_NOT_FOUND", "The hotel has no such task.")
    return task


def view(task: CleaningTask) -> HousekeepingTask:
    """The task as staff see it."""
    return mapped(HousekeepingTask, task)
