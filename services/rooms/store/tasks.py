"""Cleaning tasks. A room has at most one open task, and a transaction locks the room before the task changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.events import RoomStatus, TaskReason
from contracts.rooms.tasks import TaskStatus
from contracts.values import Actor, Page
from services.rooms.domain.rooms import Room
from services.rooms.domain.tasks import CleaningTask, TaskRoom
from services.rooms.store.paging import limits

COLUMNS = """
k.id, k.hotel, k.room_id, k.reason, k.booking_id, k.assignee, k.opened_at, k.started_at, k.done_at, k.done_by, k.version
"""
OPEN = sa.text("""
INSERT INTO cleaning_task (hotel, room_id, reason, booking_id, opened_at)
VALUES (:hotel, :room, :reason, :booking_id, :now)
ON CONFLICT (room_id) WHERE done_at IS NULL DO NOTHING RETURNING id
""")
START = sa.text("""
UPDATE cleaning_task SET started_at = :now, version = version + 1,
    assignee = coalesce(assignee, CAST(:by AS jsonb))
WHERE room_id = :room AND done_at IS NULL RETURNING id, version
""").bindparams(sa.bindparam("by", type_=sa.Text))
STOP = sa.text("""
UPDATE cleaning_task SET started_at = NULL, version = version + 1
WHERE room_id = :room AND done_at IS NULL AND started_at IS NOT NULL RETURNING id, version
""")
CLOSE = sa.text("""
UPDATE cleaning_task SET done_at = :now, done_by = CAST(:by AS jsonb), version = version + 1
WHERE room_id = :room AND done_at IS NULL RETURNING id, version
""")
ASSIGN = sa.text("""
UPDATE cleaning_task SET assignee = CAST(:assignee AS jsonb), version = version + 1 WHERE id = :id RETURNING version
""").bindparams(sa.bindparam("assignee", type_=sa.Text))
ONE = sa.text(f"SELECT {COLUMNS} FROM cleaning_task k WHERE k.hotel = :hotel AND k.id = :id")  # noqa: S608
WITH_ROOM = f"""
SELECT {COLUMNS}, r.room_number, r.floor, r.status AS room_status, t.name AS room_type
FROM cleaning_task k JOIN room r ON r.id = k.room_id JOIN room_type t ON t.id = r.room_type_id
"""  # noqa: S608
OF_ASSIGNEE = "(:assignee = '' OR k.assignee ->> 'id' = :assignee)"
IN_ROOM = "k.room_id = (SELECT id FROM room WHERE hotel = :hotel AND room_number = :room_number)"
STATES = {
    None: "k.done_at IS NULL",
    TaskStatus.OPEN: "k.done_at IS NULL AND k.started_at IS NULL",
    TaskStatus.IN_PROGRESS: "k.done_at IS NULL AND k.started_at IS NOT NULL",
    TaskStatus.DONE: "k.done_at IS NOT NULL",
}


class SqlTasks:
    """The table `cleaning_task`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def open(self, room: Room, *, reason: TaskReason, booking_id: str | None, now: datetime) -> int | None:
        """Open a task for the room; returns the task's id, None where the room has a task that is not done."""
        row = {"hotel": room.hotel, "room": room.id, "reason": reason.value, "booking_id": booking_id, "now": now}
        return self._connection.execute(OPEN, row).scalar_one_or_none()

    def start(self, room: Room, *, by: Actor | None, now: datetime) -> tuple[int, int] | None:
        """Start the room's task, and assign a task without an assignee to `by`.

        Returns the id and new version of the task, None where the room has no open task.
        """
        return self._write(START, {"room": room.id, "by": _json(by), "now": now})

    def stop(self, room: Room) -> tuple[int, int] | None:
        """Set a started task back to open; returns its id and new version, None where no task was started."""
        return self._write(STOP, {"room": room.id})

    def close(self, room: Room, *, by: Actor, now: datetime) -> tuple[int, int] | None:
        """Close the room's task; returns its id and new version, None where the room has no open task."""
        return self._write(CLOSE, {"room": room.id, "by": _json(by), "now": now})

    def assign(self, task: CleaningTask, *, to: Actor | None) -> int:
        """Set the assignee, None for nobody; returns the task's new version."""
        return int(self._connection.execute(ASSIGN, {"id": task.id, "assignee": _json(to)}).scalar_one())

    def get(self, hotel: str, task_id: int) -> CleaningTask | None:
        """One task, read without a lock. Callers read the task again after they have locked its room."""
        row = self._connection.execute(ONE, {"hotel": hotel, "id": task_id}).one_or_none()
        return _task_of(row) if row else None

    def page(
        self, hotel: str, *, status: TaskStatus | None, room_number: str, assignee: str, page: Page
    ) -> tuple[int, list[tuple[CleaningTask, TaskRoom]]]:
        """The number of matching tasks, and the tasks of the page.

        Open tasks are ordered oldest first, done tasks latest first.
        """
        where = f"WHERE k.hotel = :hotel AND {STATES[status]} AND {OF_ASSIGNEE}"
        where += f" AND {IN_ROOM}" if room_number else ""
        order = "DESC" if status is TaskStatus.DONE else "ASC"
        params = {"hotel": hotel, "assignee": assignee, "room_number": room_number}
        counted = f"SELECT count(*) FROM cleaning_task k {where}"  # noqa: S608
        count = int(self._connection.execute(sa.text(counted), params).scalar_one())
        listed = f"{WITH_ROOM} {where} ORDER BY k.id {order} LIMIT :limit OFFSET :skip"
        rows = self._connection.execute(sa.text(listed), params | limits(page))
        return count, [(_task_of(row), _room_of(row)) for row in rows]

    def _write(self, statement: sa.TextClause, values: dict[str, Any]) -> tuple[int, int] | None:
        row = self._connection.execute(statement, values).one_or_none()
        return (row.id, row.version) if row else None


def _json(actor: Actor | None) -> str | None:
    return None if actor is None else codec.encode(actor).decode()


def _task_of(row: Any) -> CleaningTask:
    return CleaningTask(
        id=row.id,
        hotel=row.hotel,
        room_id=row.room_id,
        reason=TaskReason(row.reason),
        booking_id=row.booking_id,
        assignee=codec.typed(row.assignee, Actor) if row.assignee else None,
        opened_at=row.opened_at,
        started_at=row.started_at,
        done_at=row.done_at,
        done_by=codec.typed(row.done_by, Actor) if row.done_by else None,
        version=row.version,
    )


def _room_of(row: Any) -> TaskRoom:
    return TaskRoom(
        room_number=row.room_number,
        room_type=row.room_type,
        floor=row.floor,
        room_status=RoomStatus(row.room_status),
    )
