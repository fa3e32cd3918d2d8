"""What a room's turn does to its cleaning task, in the same transaction."""

from contracts.rooms import HousekeepingTaskDone, HousekeepingTaskOpened, RoomStatus, TaskStatus
from services.rooms.domain.assigning import Room
from services.rooms.domain.tasks import CLOSED_BY, OPENED_BY
from services.rooms.lifecycle import Act
from services.rooms.work import RoomsWork


def follow(work: RoomsWork, room: Room, act: type[Act], status: RoomStatus) -> None:
    """`room` as it was, and the status that it has now: its task is opened, begun, dropped or done with it."""
    if act in OPENED_BY:
        _open(work, room, act)
    elif status is RoomStatus.CLEANING_IN_PROGRESS:
        by = work.caller.actor if work.caller.kind == "staff" else None
        _note(work, work.tasks.start(room, by=by, now=work.now), TaskStatus.OPEN, TaskStatus.IN_PROGRESS)
    elif status in CLOSED_BY:
        close(work, room)
    elif room.status is RoomStatus.CLEANING_IN_PROGRESS:
        _note(work, work.tasks.stop(room), TaskStatus.IN_PROGRESS, TaskStatus.OPEN)


def _open(work: RoomsWork, room: Room, act: type[Act]) -> None:
    reason = OPENED_BY[act]
    task_id = work.tasks.open(room, reason=reason, booking_id=room.occupied_by, now=work.now)
    if task_id is None:
        return
    work.publish(
        HousekeepingTaskOpened(
            hotel=room.hotel, room_number=room.room_number, task_id=task_id, reason=reason, opened_at=work.now
        )
    )
    _note(work, (task_id, 1), None, TaskStatus.OPEN)


def close(work: RoomsWork, room: Room) -> None:
    """Nobody has to clean the room any more; `room` as it was."""
    closed = work.tasks.close(room, by=work.caller.actor, now=work.now)
    if closed is None:
        return
    work.publish(
        HousekeepingTaskDone(
            hotel=room.hotel,
            room_number=room.room_number,
            task_id=closed[0],
            by=work.caller.actor,
            done_at=work.now,
        )
    )
    at_it = room.status is RoomStatus.CLEANING_IN_PROGRESS
    _note(work, closed, TaskStatus.IN_PROGRESS if at_it else TaskStatus.OPEN, TaskStatus.DONE)


def _note(work: RoomsWork, moved: tuple[int, int] | None, before: TaskStatus | None, after: TaskStatus) -> None:
    if moved is not None:
        work.record_task(moved[0], version=moved[1], before=before, after=after)
