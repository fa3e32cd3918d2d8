"""Cleaning tasks. A room has at most one open task, and a transaction locks the room before the task changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.events import TaskReason
from contracts.rooms.tasks import ListTasks, TaskStatus
from contracts.values import Actor
from services.rooms.domain.rooms import NewRoomStatus, Room
from services.rooms.domain.tasks import CleaningTask
from services.rooms.store.base import RoomsStore, typed_row
from services.rooms.store.rooms import CHANGE_STATUS, CHANGE_TIMES

OPEN = sa.text("""
INSERT INTO cleaning_task (hotel, room_id, reason, booking_id, opened_at)
VALUES (:hotel, :room, :reason, :booking_id, :now)
ON CONFLICT (hotel, room_id) WHERE done_at IS NULL DO NOTHING RETURNING id
""")
START = sa.text("""
UPDATE cleaning_task SET started_at = :now, version = version + 1,
    assignee = coalesce(assignee, CAST(:by AS jsonb))
WHERE hotel = :hotel AND room_id = :room AND done_at IS NULL RETURNING id, version
""").bindparams(sa.bindparam("by", type_=sa.Text))
STOP = sa.text("""
UPDATE cleaning_task SET started_at = NULL, version = version + 1
WHERE hotel = :hotel AND room_id = :room AND done_at IS NULL AND started_at IS NOT NULL RETURNING id, version
""")
CLOSE = sa.text("""
UPDATE cleaning_task SET done_at = :now, done_by = CAST(:by AS jsonb), version = version + 1
WHERE hotel = :hotel AND room_id = :room AND done_at IS NULL RETURNING id, version
""")
WITHDRAW = sa.text("""
UPDATE cleaning_task SET done_at = :now, withdrawn_at = :now, version = version + 1
WHERE hotel = :hotel AND room_id = :room AND done_at IS NULL RETURNING id, version
""")
ASSIGN = sa.text("""
UPDATE cleaning_task SET assignee = CAST(:assignee AS jsonb), version = version + 1
WHERE hotel = :hotel AND id = :id RETURNING version
""").bindparams(sa.bindparam("assignee", type_=sa.Text))
WITH_ROOM = """
SELECT k.*, r.room_number, r.floor, r.status AS room_status, t.name AS room_type
FROM cleaning_task k JOIN room r ON r.hotel = k.hotel AND r.id = k.room_id
JOIN room_type t ON t.hotel = r.hotel AND t.id = r.room_type_id
"""
ONE = sa.text(f"{WITH_ROOM} WHERE k.hotel = :hotel AND k.id = :id")
OF_ASSIGNEE = "(:assignee = '' OR k.assignee ->> 'id' = :assignee)"
IN_ROOM = "k.room_id = (SELECT id FROM room WHERE hotel = :hotel AND room_number = :room_number)"
STATES = {
    None: "k.done_at IS NULL",
    TaskStatus.OPEN: "k.done_at IS NULL AND k.started_at IS NULL",
    TaskStatus.IN_PROGRESS: "k.done_at IS NULL AND k.started_at IS NOT NULL",
    TaskStatus.DONE: "k.done_at IS NOT NULL AND k.withdrawn_at IS NULL",
    TaskStatus.WITHDRAWN: "k.done_at IS NOT NULL AND k.withdrawn_at IS NOT NULL",
}


# Locks the room before the task, as every change of a task does.
CHANGE_AND_OPEN = sa.text(f"""
WITH changed AS ({CHANGE_STATUS.text}), opened AS ({OPEN.text})
SELECT changed.version, (SELECT id FROM opened) AS task_id FROM changed
""").bindparams(*CHANGE_TIMES)  # noqa: S608


class SqlTasks(RoomsStore):
    """The table `cleaning_task`."""

    def open_with_change(
        self, room: Room, new: NewRoomStatus, *, reason: TaskReason, now: datetime
    ) -> tuple[int, int | None]:
        """Write the room's new status and open a task for the room, which the booking has left that occupied it.

        Returns the room's new version and the task's id, None where the room has a task that is not done.
        """
        row = _of(room, id=room.id, reason=reason.value, booking_id=room.occupied_by, now=now, **vars(new))
        changed = self._connection.execute(CHANGE_AND_OPEN, row).one()
        return changed.version, changed.task_id

    def start(self, room: Room, *, by: Actor | None, now: datetime) -> tuple[int, int] | None:
        """Start the room's task, and assign a task without an assignee to `by`.

        Returns the id and new version of the task, None where the room has no open task.
        """
        return self._write(START, _of(room, by=_json(by), now=now))

    def stop(self, room: Room) -> tuple[int, int] | None:
        """Set a started task back to open; returns its id and new version, None where no task was started."""
        return self._write(STOP, _of(room))

    def close(self, room: Room, *, by: Actor, now: datetime) -> tuple[int, int] | None:
        """Close the room's task; returns its id and new version, None where the room has no open task."""
        return self._write(CLOSE, _of(room, by=_json(by), now=now))

    def withdraw(self, room: Room, *, now: datetime) -> tuple[int, int] | None:
        """Withdraw the room's task; returns its id and new version, None where the room has no open task."""
        return self._write(WITHDRAW, _of(room, now=now))

    def assign(self, task: CleaningTask, *, to: Actor | None) -> int:
        """Set the assignee, or unassign the task where `to` is None; returns the task's new version."""
        return self._number(ASSIGN, {"hotel": task.hotel, "id": task.id, "assignee": _json(to)})

    def get(self, hotel: str, task_id: int) -> CleaningTask | None:
        """One task, read without a lock. Callers read the task again after they have locked its room."""
        return self._one(_task_of, ONE, {"hotel": hotel, "id": task_id})

    def page(self, query: ListTasks) -> tuple[int, list[CleaningTask]]:
        """The number of matching tasks, and the tasks of the page.

        Open tasks are ordered oldest first, done and withdrawn tasks latest first.
        """
        where = f"WHERE k.hotel = :hotel AND {STATES[query.status]} AND {OF_ASSIGNEE}"
        where += f" AND {IN_ROOM}" if query.room_number else ""
        order = "DESC" if query.status in (TaskStatus.DONE, TaskStatus.WITHDRAWN) else "ASC"
        return self._page(
            _task_of,
            count=sa.text(f"SELECT count(*) FROM cleaning_task k {where}"),  # noqa: S608
            rows=sa.text(f"{WITH_ROOM} {where} ORDER BY k.id {order} LIMIT :limit OFFSET :skip"),
            params={"hotel": query.hotel, "assignee": query.assignee_id, "room_number": query.room_number},
            page=query.page,
        )

    def _write(self, statement: sa.TextClause, values: dict[str, Any]) -> tuple[int, int] | None:
        return self._one(lambda row: (row.id, row.version), statement, values)


def _of(room: Room, **values: Any) -> dict[str, Any]:
    return {"hotel": room.hotel, "room": room.id, **values}


def _json(actor: Actor | None) -> str | None:
    return None if actor is None else codec.encode(actor).decode()


def _task_of(row: Any) -> CleaningTask:
    assignee = codec.typed(row.assignee, Actor) if row.assignee else None
    done_by = codec.typed(row.done_by, Actor) if row.done_by else None
    done_at = None if row.withdrawn_at else row.done_at
    return typed_row(CleaningTask, row, assignee=assignee, done_by=done_by, done_at=done_at)
