"""Cleaning tasks at work: start, finish, assignment and list."""

from typing import Any

from contracts.rooms.events import HousekeepingTaskDone, RoomStatus
from contracts.rooms.tasks import AssignTask, FinishTask, ListTasks, StartTask, TaskStatus
from contracts.values import Caller, Page, Permission
from tests.interface.rooms.housekeeping import cleaner, left, listed, task, turn
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day, staff

S, P = RoomStatus, Permission


def test_a_repeated_start_or_finish_changes_nothing(service: RoomsUnderTest) -> None:
    left(service)
    start = StartTask(hotel=service.hotel, task_id=task(service).id)
    finish = FinishTask(hotel=service.hotel, task_id=start.task_id)

    assert service.ask(start) == service.ask(start)
    assert service.ask(finish) == service.ask(finish)
    assert service.refusal(start).code == "TASK_DONE"
    assert len(service.events(HousekeepingTaskDone)) == 1


def test_a_task_of_a_room_under_repair_is_not_started(service: RoomsUnderTest) -> None:
    left(service)
    turn(service, S.MAINTENANCE_REQUIRED)

    assert service.refusal(StartTask(hotel=service.hotel, task_id=task(service).id)).code == "ILLEGAL_ROOM_TRANSITION"


def test_a_start_or_finish_needs_the_permission_to_clean(service: RoomsUnderTest) -> None:
    left(service)
    start = StartTask(hotel=service.hotel, task_id=task(service).id)
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(P))

    assert service.refusal(start, caller=staff(service, P.INSPECT)).code == "PERMISSION_DENIED"
    assert service.refusal(start, caller=stranger).code == "HOTEL_NOT_FOUND"
    assert service.refusal(start, caller=Caller()).code == "PERMISSION_DENIED"
    assert service.refusal(StartTask(hotel=service.hotel, task_id=10**12)).code == "TASK_NOT_FOUND"
    assert service.refusal(ListTasks(hotel=service.hotel), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert service.refusal(ListTasks(hotel="nowhere")).code == "HOTEL_NOT_FOUND"


def test_a_cleaner_assigns_own_tasks_and_a_supervisor_those_of_others(service: RoomsUnderTest) -> None:
    left(service)
    me, other = cleaner(service), cleaner(service, "8")
    supervisor = staff(service, P.CLEAN, P.INSPECT)

    def assign(to: str | None, caller: Caller) -> str | None:
        command = AssignTask(hotel=service.hotel, task_id=opened_task.id, staff_id=to)
        assignee = service.ask(command, caller=caller).assignee
        return assignee.id if assignee else None

    opened_task = task(service)
    assert assign("7", me) == "7"
    for command_to, caller in (("9", me), (None, other)):
        command = AssignTask(hotel=service.hotel, task_id=opened_task.id, staff_id=command_to)
        assert service.refusal(command, caller=caller).code == "PERMISSION_DENIED"
    assert assign(None, me) is None
    assert assign("9", supervisor) == "9"
    assert service.ask(StartTask(hotel=service.hotel, task_id=opened_task.id), caller=me).assignee.id == "9"  # type: ignore[union-attr]
    trail = service.rows(
        "SELECT sequence, by ->> 'id', from_status, to_status FROM audit WHERE subject = :subject ORDER BY sequence",
        subject=f"task/{opened_task.id}",
    )
    assert [tuple(row)[:2] for row in trail[1:]] == [(2, "7"), (3, "7"), (4, "7"), (5, "7")]
    assert [tuple(row)[2:] for row in trail] == [(None, "OPEN"), *[("OPEN", "OPEN")] * 3, ("OPEN", "IN_PROGRESS")]


def test_tasks_are_listed_by_status_room_and_assignee_in_pages(service: RoomsUnderTest) -> None:
    for booking, number in (("BK-A", "101"), ("BK-B", "102")):
        left(service, booking, number)
    service.hold("BK-C", 0, 1, room_type="STE")
    service.give("BK-C", "201")
    service.move_in("BK-C")
    service.ask(service.moving_out("BK-C", day(0)))
    _, second, third = listed(service).results
    service.ask(StartTask(hotel=service.hotel, task_id=second.id), caller=cleaner(service))
    service.ask(FinishTask(hotel=service.hotel, task_id=third.id), caller=cleaner(service))

    def rooms(**params: Any) -> list[str]:
        return [each.room_number for each in listed(service, **params).results]

    assert rooms() == ["101", "102"]
    assert rooms(status=TaskStatus.OPEN) == ["101"]
    assert rooms(status=TaskStatus.IN_PROGRESS) == rooms(assignee_id="7") == rooms(room_number="102") == ["102"]
    assert rooms(status=TaskStatus.DONE) == ["201"]
    assert rooms(room_number="102", status=TaskStatus.DONE) == rooms(room_number="nowhere") == []
    assert (rooms(page=Page(page=2, page_size=1)), listed(service, page=Page(page=2, page_size=1)).count) == (
        ["102"],
        2,
    )
