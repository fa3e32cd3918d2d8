"""Lists, assigns, starts and finishes cleaning tasks. Each change of a room's status updates the room's task."""

from contracts.rooms.events import RoomStatus
from contracts.rooms.tasks import (
    AssignTask,
    FinishTask,
    HousekeepingTask,
    ListTasks,
    StartTask,
    TaskCommand,
    TaskList,
    TaskStatus,
)
from contracts.values import Actor, ActorKind
from services.rooms.domain import tasks, turnover
from services.rooms.domain.rooms import Room
from services.rooms.domain.tasks import CleaningTask, existing, view
from services.rooms.steps import cleaning_tasks, hotel_access, room_status
from services.rooms.work import RoomsWork


def list_tasks(query: ListTasks, work: RoomsWork) -> TaskList:
    hotel_access.check_own(work.caller, query.hotel)
    count, results = work.tasks.page(query)
    if not count:
        hotel_access.existing(work.hotels.get(query.hotel))
    return TaskList(count=count, results=tuple(view(task) for task in results))


def start_task(command: StartTask, work: RoomsWork) -> HousekeepingTask:
    """Start the cleaning of the task's room."""
    return _change_status(command, work, to=RoomStatus.CLEANING_IN_PROGRESS, reached=TaskStatus.IN_PROGRESS)


def finish_task(command: FinishTask, work: RoomsWork) -> HousekeepingTask:
    """Finish the cleaning of the task's room."""
    return _change_status(command, work, to=RoomStatus.CLEANED_UNINSPECTED, reached=TaskStatus.DONE)


def assign_task(command: AssignTask, work: RoomsWork) -> HousekeepingTask:
    """Assign the task to a staff member or to nobody."""
    task, room = _locked(command, work)
    tasks.check_assign(task, work.caller, to=command.staff_id)
    assignee = Actor(ActorKind.STAFF, command.staff_id) if command.staff_id else None
    if assignee != task.assignee:
        version = work.tasks.assign(task, to=assignee)
        cleaning_tasks.record(work, room, (task.id, version), task.status, task.status)
    return view(_read(command, work))


def _change_status(command: TaskCommand, work: RoomsWork, *, to: RoomStatus, reached: TaskStatus) -> HousekeepingTask:
    """Change the status of the task's room. Nothing changes if the task's status is already the one in `reached`."""
    task, room = _locked(command, work)
    if task.status is reached:
        return view(task)
    if task.is_over:
        raise tasks.done()
    act = turnover.act_between(room.status, to)
    turnover.check_permission(act, work.caller)
    room_status.change(work, room, act, source=turnover.source_of(act, work.caller))
    return view(_read(command, work))


def _locked(command: TaskCommand, work: RoomsWork) -> tuple[CleaningTask, Room]:
    hotel_access.check_own(work.caller, command.hotel)
    room_id = _read(command, work).room_id
    room = work.rooms.lock([command.hotel], [room_id])[room_id]
    return _read(command, work), room


def _read(command: TaskCommand, work: RoomsWork) -> CleaningTask:
    return existing(work.tasks.get(command.hotel, command.task_id))
