"""Writes a change of a room's status together with what becomes of the room's cleaning task."""

from contracts.rooms.events import (
    HousekeepingTaskDone,
    HousekeepingTaskOpened,
    HousekeepingTaskWithdrawn,
    RoomStatus,
)
from contracts.rooms.tasks import TaskStatus
from services.rooms.domain.rooms import NewRoomStatus, Room
from services.rooms.domain.tasks import CLOSED_BY, OPENED_BY
from services.rooms.lifecycle import Act, MoveOutUndone
from services.rooms.work import RoomsWork


def follow(work: RoomsWork, room: Room, act: type[Act], new: NewRoomStatus) -> int:
    """Write the room's change, and open, start, stop, close or withdraw its task; returns the room's new version.

    `room` is the room before the act.
    """
    if act in OPENED_BY:
        return _open(work, room, act, new)
    version = work.rooms.change_status(room, new)
    if new.status is RoomStatus.CLEANING_IN_PROGRESS:
        by = work.caller.actor if work.caller.kind == "staff" else None
        record(work, room, work.tasks.start(room, by=by, now=work.now), TaskStatus.OPEN, TaskStatus.IN_PROGRESS)
    elif act is MoveOutUndone:
        _withdraw(work, room)
    elif new.status in CLOSED_BY:
        close(work, room)
    elif room.status is RoomStatus.CLEANING_IN_PROGRESS:
        record(work, room, work.tasks.stop(room), TaskStatus.IN_PROGRESS, TaskStatus.OPEN)
    return version


def close(work: RoomsWork, room: Room) -> None:
    """Close the room's task, if there is one. `room` is the room before its change of status."""
    by = work.caller.actor
    closed = work.tasks.close(room, by=by, now=work.now)
    if closed is None:
        return
    hotel, number = room.hotel, room.room_number
    work.publish(HousekeepingTaskDone(hotel=hotel, room_number=number, task_id=closed[0], by=by, done_at=work.now))
    record(work, room, closed, _progress(room), TaskStatus.DONE)


def _withdraw(work: RoomsWork, room: Room) -> None:
    """Withdraw the room's task, if there is one: the room's guest is back. `room` is the room before the change."""
    by = work.caller.actor
    withdrawn = work.tasks.withdraw(room, now=work.now)
    if withdrawn is None:
        return
    hotel, number = room.hotel, room.room_number
    work.publish(
        HousekeepingTaskWithdrawn(hotel=hotel, room_number=number, task_id=withdrawn[0], by=by, withdrawn_at=work.now)
    )
    record(work, room, withdrawn, _progress(room), TaskStatus.WITHDRAWN)


def _progress(room: Room) -> TaskStatus:
    """The progress of the open task of a room."""
    return TaskStatus.IN_PROGRESS if room.status is RoomStatus.CLEANING_IN_PROGRESS else TaskStatus.OPEN


def record(
    work: RoomsWork, room: Room, changed: tuple[int, int] | None, before: TaskStatus | None, after: TaskStatus
) -> None:
    """Write the audit row of the room's task. `changed` is the task's id and new version; None writes nothing."""
    if changed is not None:
        task_id, version = changed
        work.record(
            f"task/{task_id}",
            hotel=room.hotel,
            sequence=version,
            what="HousekeepingTaskChanged",
            before=before,
            after=after,
        )


def _open(work: RoomsWork, room: Room, act: type[Act], new: NewRoomStatus) -> int:
    reason = OPENED_BY[act]
    version, task_id = work.tasks.open_with_change(room, new, reason=reason, now=work.now)
    if task_id is not None:
        work.publish(
            HousekeepingTaskOpened(
                hotel=room.hotel, room_number=room.room_number, task_id=task_id, reason=reason, opened_at=work.now
            )
        )
        record(work, room, (task_id, 1), None, TaskStatus.OPEN)
    return version
