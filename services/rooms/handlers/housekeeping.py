"""Housekeeping's tasks: what is to be cleaned, and working it off. The room's turnover carries the task along."""

from chassis.refusal import Refusal
from contracts.rooms import (
    AssignTask,
    FinishTask,
    HousekeepingTask,
    ListTasks,
    RoomStatus,
    StartTask,
    TaskList,
    TaskStatus,
)
from contracts.rooms.tasks import TaskCommand
from contracts.values import Actor, ActorKind
from services.rooms.domain import tasks, turnover
from services.rooms.domain.assigning import Room
from services.rooms.domain.tasks import Task
from services.rooms.handlers.hotels import check_own, found
from services.rooms.handlers.turning import turn
from services.rooms.work import RoomsWork


def list_tasks(query: ListTasks, work: RoomsWork) -> TaskList:
    """A page of the hotel's tasks."""
    check_own(work.caller, query.hotel)
    count, rows = work.tasks.page(
        query.hotel,
        status=query.status,
        room_number=query.room_number,
        assignee=query.assignee_id,
        page=query.page,
    )
    if not count:
        found(work.hotels.get(query.hotel))
    return TaskList(count=count, results=tuple(_view(task, **room) for task, room in rows))


def start_task(command: StartTask, work: RoomsWork) -> HousekeepingTask:
    """Somebody is at it."""
    return _work_off(command, work, to=RoomStatus.CLEANING_IN_PROGRESS, already=TaskStatus.IN_PROGRESS)


def finish_task(command: FinishTask, work: RoomsWork) -> HousekeepingTask:
    """The room is clean."""
    return _work_off(command, work, to=RoomStatus.CLEANED_UNINSPECTED, already=TaskStatus.DONE)


def assign_task(command: AssignTask, work: RoomsWork) -> HousekeepingTask:
    """Whose task it is."""
    task, room = _locked(command, work)
    tasks.check_assign(task, work.caller, to=command.staff_id)
    assignee = Actor(ActorKind.STAFF, command.staff_id, command.staff_name) if command.staff_id else None
    if assignee != task.assignee:
        version = work.tasks.assign(task, to=assignee)
        work.record_task(task.id, version=version, before=task.status, after=task.status)
    return _read(command, work, room)


def _work_off(command: TaskCommand, work: RoomsWork, *, to: RoomStatus, already: TaskStatus) -> HousekeepingTask:
    task, room = _locked(command, work)
    if task.status is already:
        return _of(task, room)
    if task.done_at:
        raise tasks.done()
    act = turnover.act_between(room.status, to)
    turnover.check_may(act, work.caller)
    turn(work, room, act, source=turnover.source_of(act, work.caller))
    return _read(command, work, room)


def _locked(command: TaskCommand, work: RoomsWork) -> tuple[Task, Room]:
    check_own(work.caller, command.hotel)
    seen = _known(work.tasks.get(command.hotel, command.task_id))
    room = work.rooms.lock([seen.room_id])[seen.room_id]
    return _known(work.tasks.get(command.hotel, command.task_id)), room


def _read(command: TaskCommand, work: RoomsWork, room: Room) -> HousekeepingTask:
    task = _known(work.tasks.get(command.hotel, command.task_id))
    now = work.rooms.get(room.hotel, room.room_number)
    return _of(task, now or room)


def _known(task: Task | None) -> Task:
    if task is None:
        raise Refusal("TASK_NOT_FOUND", "The hotel has no such task.")
    return task


def _of(task: Task, room: Room) -> HousekeepingTask:
    return _view(
        task, room_number=room.room_number, room_type=room.type_name, floor=room.floor, room_status=room.status
    )


def _view(
    task: Task, *, room_number: str, room_type: str, floor: int | None, room_status: RoomStatus
) -> HousekeepingTask:
    return HousekeepingTask(
        id=task.id,
        hotel=task.hotel,
        room_number=room_number,
        room_type=room_type,
        floor=floor,
        room_status=room_status,
        reason=task.reason,
        status=task.status,
        booking_id=task.booking_id,
        assignee=task.assignee,
        opened_at=task.opened_at,
        started_at=task.started_at,
        done_at=task.done_at,
        done_by=task.done_by,
    )
