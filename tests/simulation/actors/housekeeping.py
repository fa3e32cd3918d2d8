"""Housekeeping: rooms are cleaned, inspected, repaired; tasks are assigned, started and done."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.tasks import AssignTask, FinishTask, ListTasks, StartTask, TaskStatus
from contracts.rooms.turnover import ChangeRoomStatus
from tests.simulation.actors.colleague import Colleague

READY, DIRTY, CLEANING = RoomStatus.READY_FOR_GUEST, RoomStatus.CHECKOUT_DIRTY, RoomStatus.CLEANING_IN_PROGRESS
CLEANED, BROKEN, CLOSED = RoomStatus.CLEANED_UNINSPECTED, RoomStatus.MAINTENANCE_REQUIRED, RoomStatus.OUT_OF_ORDER


def clean(colleague: Colleague) -> None:
    """Start cleaning a dirty room, or mark a room as cleaned."""
    room = colleague.a_room(DIRTY, CLEANING)
    if room is None:
        return
    if room.room_status is DIRTY and colleague.chance("starts", 0.6):
        _change(colleague, room.room_number, CLEANING, DIRTY)
    else:
        _change(colleague, room.room_number, CLEANED, DIRTY, CLEANING)


def inspect(colleague: Colleague) -> None:
    """Inspect a cleaned room; some fail."""
    if room := colleague.a_room(CLEANED):
        to = DIRTY if colleague.chance("fails", 0.15) else READY
        _change(colleague, room.room_number, to, CLEANED, note="Under the bed.")


def report_damage(colleague: Colleague) -> None:
    """Report a room that needs a repair."""
    if room := colleague.a_room(READY, DIRTY, CLEANED):
        priority = colleague.pick("priority", tuple(MaintenancePriority))
        _change(colleague, room.room_number, BROKEN, note="The tap drips.", priority=priority)


def repair(colleague: Colleague) -> None:
    """Complete a repair, or take a room back into order."""
    if room := colleague.a_room(BROKEN, CLOSED):
        _change(colleague, room.room_number, DIRTY, BROKEN, CLOSED)


def work_on_a_task(colleague: Colleague) -> None:
    """Assign, start or finish a task; seldom one that is done or does not exist."""
    done = TaskStatus.DONE if colleague.chance("a task that is done", 0.1) else None
    hotel = colleague.hotel.slug
    task = colleague.client.one_of("task", ListTasks(hotel=hotel, status=done), lambda tasks: tasks.results)
    if task is None:
        return
    task_id = 999_999 if colleague.chance("no such task", 0.03) else task.id
    step = colleague.pick("step of the task", ("assign", "start", "start", "finish", "finish", "finish"))
    if step == "assign":
        staff_id = colleague.pick("assignee", (colleague.client.context.caller.staff_id, None, "4"))
        colleague.client.command(AssignTask(hotel=hotel, task_id=task_id, staff_id=staff_id))
    elif step == "start":
        colleague.client.command(StartTask(hotel=hotel, task_id=task_id))
    else:
        colleague.client.command(FinishTask(hotel=hotel, task_id=task_id))


def change_any_status(colleague: Colleague) -> None:
    """Change any room to any status, as the list of rooms allows; many of these steps are impossible."""
    room = colleague.a_room()
    if room is None:
        return
    to = colleague.pick("status", tuple(RoomStatus))
    until = colleague.today + timedelta(days=colleague.pick("days closed", (0, 1, 3)))
    _change(colleague, room.room_number, to, note=colleague.pick("note", ("", "So be it.")), until=until)


def _change(
    colleague: Colleague,
    room: str,
    to: RoomStatus,
    *only_from: RoomStatus,
    note: str = "",
    until: date | None = None,
    priority: MaintenancePriority | None = None,
) -> None:
    command = ChangeRoomStatus(
        hotel=colleague.hotel.slug,
        room_number=room,
        to_status=to,
        note=note,
        until=until,
        priority=priority,
        only_from=only_from,
    )
    colleague.client.command(command)
