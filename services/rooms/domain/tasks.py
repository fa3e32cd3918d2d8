"""A cleaning task follows its room: opened when the room becomes dirty, under way and done with its cleaning."""

from dataclasses import dataclass
from datetime import datetime

from chassis.refusal import Refusal
from contracts.rooms import RoomStatus, TaskReason, TaskStatus
from contracts.values import Actor, Caller, Permission
from services.rooms.lifecycle import Act, GuestMovedOut, InspectionFailed, RepairedToClean, ReturnedToClean

OPENED_BY: dict[type[Act], TaskReason] = {
    GuestMovedOut: TaskReason.CHECK_OUT,
    InspectionFailed: TaskReason.INSPECTION_FAILED,
    RepairedToClean: TaskReason.REPAIRED,
    ReturnedToClean: TaskReason.BACK_IN_ORDER,
}
CLOSED_BY = (RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One cleaning of one room. Its status is what its moments say."""

    id: int
    hotel: str
    room_id: int
    reason: TaskReason
    booking_id: str | None
    assignee: Actor | None
    opened_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    done_by: Actor | None
    version: int

    @property
    def status(self) -> TaskStatus:
        """How far it is."""
        if self.done_at:
            return TaskStatus.DONE
        return TaskStatus.IN_PROGRESS if self.started_at else TaskStatus.OPEN


def check_assign(task: Task, caller: Caller, *, to: str | None) -> None:
    """Refused `TASK_DONE`, `PERMISSION_DENIED`: who cleans takes a task and gives their own back, no more."""
    if task.done_at:
        raise done()
    if caller.kind != "staff":
        return
    holder = task.assignee.id if task.assignee else None
    own = to == caller.staff_id if to else holder in (None, caller.staff_id)
    if own and caller.may(Permission.CLEAN):
        return
    if not (caller.may(Permission.INSPECT) or caller.may(Permission.MANAGE_ROOMS)):
        raise Refusal("PERMISSION_DENIED", "Whoever hands out others' tasks needs can_inspect or can_manage_rooms.")


def done() -> Refusal:
    """Nothing is left to be done."""
    return Refusal("TASK_DONE", "The task is done.")
