"""Cleaning tasks: a dirty room has one task, and the task and the room's status follow each other."""

import threading
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.events import BookingCancelled
from contracts.rooms.events import HousekeepingTaskDone, HousekeepingTaskOpened, RoomStatus, TaskReason
from contracts.rooms.moves import MoveGuest
from contracts.rooms.rooms import GetRoom
from contracts.rooms.tasks import AssignTask, FinishTask, HousekeepingTask, ListTasks, StartTask, TaskList, TaskStatus
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import SYSTEM, Caller, Money, Page, Permission
from tests.interface.rooms.rooms_under_test import START, TODAY, RoomsUnderTest, at_once, day, staff

S, P = RoomStatus, Permission
NOTHING = Money(0, "EUR")


def in_house(service: RoomsUnderTest, booking_id: str = "BK-A", number: str = "101") -> None:
    service.hold(booking_id, 0, 2)
    service.give(booking_id, number)
    service.move_in(booking_id)


def left(service: RoomsUnderTest, booking_id: str = "BK-A", number: str = "101") -> None:
    in_house(service, booking_id, number)
    service.ask(service.moving_out(booking_id, day(0)))


def turn(service: RoomsUnderTest, *statuses: RoomStatus, number: str = "101", **more: Any) -> None:
    for status in statuses:
        service.ask(ChangeRoomStatus(hotel=service.hotel, room_number=number, to_status=status, **more))


def listed(service: RoomsUnderTest, **params: Any) -> TaskList:
    return service.ask(ListTasks(hotel=service.hotel, **params))


def task(service: RoomsUnderTest, **params: Any) -> HousekeepingTask:
    [opened_task] = listed(service, **params).results
    return opened_task


def status(service: RoomsUnderTest, number: str = "101") -> RoomStatus:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number)).room_status


def cleaner(service: RoomsUnderTest, staff_id: str = "7") -> Caller:
    return Caller(kind="staff", staff_id=staff_id, name="Maeve", hotel=service.hotel, permissions=frozenset((P.CLEAN,)))


def test_a_check_out_opens_one_task(service: RoomsUnderTest) -> None:
    left(service)

    opened_task = task(service)
    assert (opened_task.room_number, opened_task.reason, opened_task.status, opened_task.booking_id) == (
        "101",
        TaskReason.CHECK_OUT,
        TaskStatus.OPEN,
        "BK-A",
    )
    [opened] = service.events(HousekeepingTaskOpened)
    assert (opened.task_id, opened.room_number, opened.opened_at) == (opened_task.id, "101", START)


def test_a_repeated_check_out_opens_one_task(service: RoomsUnderTest) -> None:
    in_house(service)
    out = service.moving_out("BK-A", day(0), action_id="out")

    at_once([lambda: service.ask(out)] * 8)

    assert listed(service).count == 1
    assert len(service.events(HousekeepingTaskOpened)) == 1


def test_a_cancellation_in_house_opens_a_task(service: RoomsUnderTest) -> None:
    in_house(service)
    gone = BookingCancelled(
        booking_id="BK-A", hotel=service.hotel, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING,
        released_from=TODAY,
    )  # fmt: skip

    service.apply(gone, again=True)

    assert (task(service).reason, status(service)) == (TaskReason.CHECK_OUT, S.CHECKOUT_DIRTY)


def test_a_move_opens_a_task_for_the_old_room(service: RoomsUnderTest) -> None:
    in_house(service)

    service.ask(MoveGuest(action_id="m", booking_id="BK-A", hotel=service.hotel, room_number="102"))

    assert (task(service).room_number, task(service).booking_id) == ("101", "BK-A")


def test_a_refused_move_opens_no_task(service: RoomsUnderTest) -> None:
    in_house(service)
    service.hold("BK-S", 1, 2, room_type="STE")

    refused = service.refusal(MoveGuest(action_id="m", booking_id="BK-A", hotel=service.hotel, room_number="201"))

    assert refused.code == "SOLD_OUT"
    assert (listed(service).count, status(service)) == (0, S.OCCUPIED)
    assert service.events(HousekeepingTaskOpened) == []


def test_the_status_of_the_room_follows_its_task(service: RoomsUnderTest) -> None:
    left(service)
    me = cleaner(service)
    service.unit_of_work.moment = START + timedelta(minutes=5)
    started = service.ask(StartTask(hotel=service.hotel, task_id=task(service).id), caller=me)

    assert (started.status, started.room_status) == (TaskStatus.IN_PROGRESS, S.CLEANING_IN_PROGRESS)
    assert started.assignee
    assert started.assignee.id == "7"
    service.unit_of_work.moment = START + timedelta(minutes=25)
    done = service.ask(FinishTask(hotel=service.hotel, task_id=started.id), caller=me)

    assert (done.status, done.room_status) == (TaskStatus.DONE, S.CLEANED_UNINSPECTED)
    assert done.done_by
    assert (done.done_by.id, done.done_at) == ("7", START + timedelta(minutes=25))
    [fact] = service.events(HousekeepingTaskDone)
    assert (fact.task_id, fact.room_number, fact.by.id) == (done.id, "101", "7")
    assert listed(service).count == 0
    assert task(service, status=TaskStatus.DONE) == done


def test_a_task_may_be_finished_without_a_start(service: RoomsUnderTest) -> None:
    left(service)

    done = service.ask(FinishTask(hotel=service.hotel, task_id=task(service).id), caller=cleaner(service))

    assert (done.status, done.started_at, status(service)) == (TaskStatus.DONE, None, S.CLEANED_UNINSPECTED)


def test_the_task_follows_the_status_of_its_room(service: RoomsUnderTest) -> None:
    left(service)

    turn(service, S.CLEANING_IN_PROGRESS)
    assert task(service).status is TaskStatus.IN_PROGRESS
    turn(service, S.CHECKOUT_DIRTY)
    assert task(service).status is TaskStatus.OPEN
    turn(service, S.CLEANED_UNINSPECTED)
    assert listed(service).count == 0
    assert len(service.events(HousekeepingTaskDone)) == 1


def test_a_failed_inspection_opens_a_task(service: RoomsUnderTest) -> None:
    left(service)
    turn(service, S.CLEANED_UNINSPECTED, S.CHECKOUT_DIRTY)

    assert (task(service).reason, task(service).booking_id) == (TaskReason.INSPECTION_FAILED, None)
    assert len(service.events(HousekeepingTaskOpened)) == 2


def test_a_repair_keeps_the_task_of_a_dirty_room_and_opens_one_for_a_clean_one(service: RoomsUnderTest) -> None:
    left(service)
    turn(service, S.CLEANING_IN_PROGRESS, S.MAINTENANCE_REQUIRED, S.CHECKOUT_DIRTY)
    turn(service, S.MAINTENANCE_REQUIRED, S.CHECKOUT_DIRTY, number="102")

    dirty, clean = listed(service).results
    assert (dirty.reason, dirty.status) == (TaskReason.CHECK_OUT, TaskStatus.OPEN)
    assert (clean.room_number, clean.reason) == ("102", TaskReason.REPAIRED)


def test_a_room_declared_ready_closes_its_task(service: RoomsUnderTest) -> None:
    left(service)
    turn(service, S.MAINTENANCE_REQUIRED, S.READY_FOR_GUEST)

    assert listed(service).count == 0


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
        command = AssignTask(hotel=service.hotel, task_id=opened_task.id, staff_id=to, staff_name=to and "Maeve")
        assignee = service.ask(command, caller=caller).assignee
        return assignee.id if assignee else None

    opened_task = task(service)
    assert assign("7", me) == "7"
    for command_to, caller in (("9", me), (None, other)):
        command = AssignTask(hotel=service.hotel, task_id=opened_task.id, staff_id=command_to, staff_name="x")
        assert service.refusal(command, caller=caller).code == "PERMISSION_DENIED"
    assert assign(None, me) is None
    assert assign("9", supervisor) == "9"
    assert service.ask(StartTask(hotel=service.hotel, task_id=opened_task.id), caller=me).assignee.id == "9"  # type: ignore[union-attr]
    assert [row.sequence for row in service.rows(
        "SELECT sequence FROM audit WHERE subject = :subject ORDER BY sequence", subject=f"task/{opened_task.id}"
    )] == [1, 2, 3, 4, 5]  # fmt: skip


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


def test_concurrent_openings_open_one_task(service: RoomsUnderTest) -> None:
    [room] = [row.id for row in service.rows("SELECT id FROM room WHERE room_number = '101'")]

    def opened() -> Any:
        with service.engine.begin() as connection:
            made = connection.execute(
                sa.text(
                    "INSERT INTO cleaning_task (hotel, room_id, reason, opened_at) VALUES (:hotel, :room, 'REPAIRED',"
                    " now()) ON CONFLICT (room_id) WHERE done_at IS NULL DO NOTHING RETURNING id"
                ),
                {"hotel": service.hotel, "room": room},
            )
            return made.scalar_one_or_none()

    answers = at_once([opened] * 16)

    assert len([answer for answer in answers if answer is not None]) == 1
    assert len(service.rows("SELECT 1 FROM cleaning_task")) == 1
    with service.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cleaning_task"))


def test_openings_without_the_constraint_would_open_two_tasks(service: RoomsUnderTest) -> None:
    """The negative control: the same contention on a copy of the table without the constraint."""
    with service.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive_task (room_id integer)"))
    together = threading.Barrier(2)

    def opened() -> bool:
        with service.engine.begin() as connection:
            none = connection.execute(sa.text("SELECT count(*) FROM naive_task")).scalar_one() == 0
            together.wait(timeout=10)
            if none:
                connection.execute(sa.text("INSERT INTO naive_task VALUES (1)"))
            return none

    try:
        assert at_once([opened, opened]) == [True, True]
        assert service.rows("SELECT count(*) FROM naive_task")[0][0] == 2
    finally:
        with service.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive_task"))


def test_a_task_concurrent_with_a_status_change_has_one_outcome(service: RoomsUnderTest) -> None:
    left(service)
    task_id = task(service).id
    by_task = FinishTask(hotel=service.hotel, task_id=task_id)
    by_room = ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=S.CLEANED_UNINSPECTED)

    answers = at_once([lambda: service.ask(by_task), lambda: service.ask(by_room)] * 4)

    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(service.events(HousekeepingTaskDone)) == 1
    assert status(service) is S.CLEANED_UNINSPECTED
