"""Every room that becomes dirty has one cleaning task; task and room stay together whichever of them is worked on."""

import threading
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings import BookingCancelled
from contracts.rooms import (
    AssignTask,
    ChangeRoomStatus,
    FinishTask,
    GetRoom,
    HousekeepingTask,
    HousekeepingTaskDone,
    HousekeepingTaskOpened,
    ListTasks,
    MoveGuest,
    RoomStatus,
    StartTask,
    TaskList,
    TaskReason,
    TaskStatus,
)
from contracts.values import SYSTEM, Caller, Money, Page, Permission
from tests.interface.rooms.house import START, TODAY, House, at_once, day, staff

S, P = RoomStatus, Permission
NOTHING = Money(0, "EUR")


def in_house(house: House, booking_id: str = "BK-A", number: str = "101") -> None:
    house.hold(booking_id, 0, 2)
    house.give(booking_id, number)
    house.move_in(booking_id)


def left(house: House, booking_id: str = "BK-A", number: str = "101") -> None:
    in_house(house, booking_id, number)
    house.ask(house.moving_out(booking_id, day(0)))


def turn(house: House, *statuses: RoomStatus, number: str = "101", **more: Any) -> None:
    for status in statuses:
        house.ask(ChangeRoomStatus(hotel=house.hotel, room_number=number, to_status=status, **more))


def listed(house: House, **asked: Any) -> TaskList:
    return house.ask(ListTasks(hotel=house.hotel, **asked))


def task(house: House, **asked: Any) -> HousekeepingTask:
    [found] = listed(house, **asked).results
    return found


def status(house: House, number: str = "101") -> RoomStatus:
    return house.ask(GetRoom(hotel=house.hotel, room_number=number)).room_status


def cleaner(house: House, staff_id: str = "7") -> Caller:
    return Caller(kind="staff", staff_id=staff_id, name="Maeve", hotel=house.hotel, permissions=frozenset((P.CLEAN,)))


def test_a_check_out_opens_one_task(house: House) -> None:
    left(house)

    found = task(house)
    assert (found.room_number, found.reason, found.status, found.booking_id) == (
        "101",
        TaskReason.CHECK_OUT,
        TaskStatus.OPEN,
        "BK-A",
    )
    [opened] = house.events(HousekeepingTaskOpened)
    assert (opened.task_id, opened.room_number, opened.opened_at) == (found.id, "101", START)


def test_a_check_out_told_twice_opens_one_task(house: House) -> None:
    in_house(house)
    out = house.moving_out("BK-A", day(0), action_id="out")

    at_once([lambda: house.ask(out)] * 8)

    assert listed(house).count == 1
    assert len(house.events(HousekeepingTaskOpened)) == 1


def test_a_guest_cancelled_in_house_leaves_a_task_too(house: House) -> None:
    in_house(house)
    gone = BookingCancelled(
        booking_id="BK-A", hotel=house.hotel, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING,
        released_from=TODAY,
    )  # fmt: skip

    house.hear(gone, again=True)

    assert (task(house).reason, status(house)) == (TaskReason.CHECK_OUT, S.CHECKOUT_DIRTY)


def test_a_move_leaves_a_task_in_the_old_room(house: House) -> None:
    in_house(house)

    house.ask(MoveGuest(action_id="m", booking_id="BK-A", hotel=house.hotel, room_number="102"))

    assert (task(house).room_number, task(house).booking_id) == ("101", "BK-A")


def test_a_move_that_is_refused_at_its_end_opens_none(house: House) -> None:
    in_house(house)
    house.hold("BK-S", 1, 2, room_type="STE")

    refused = house.refusal(MoveGuest(action_id="m", booking_id="BK-A", hotel=house.hotel, room_number="201"))

    assert refused.code == "SOLD_OUT"
    assert (listed(house).count, status(house)) == (0, S.OCCUPIED)
    assert house.events(HousekeepingTaskOpened) == []


def test_the_task_is_worked_off_and_the_room_follows(house: House) -> None:
    left(house)
    me = cleaner(house)
    house.unit_of_work.moment = START + timedelta(minutes=5)
    started = house.ask(StartTask(hotel=house.hotel, task_id=task(house).id), caller=me)

    assert (started.status, started.room_status) == (TaskStatus.IN_PROGRESS, S.CLEANING_IN_PROGRESS)
    assert started.assignee
    assert started.assignee.id == "7"
    house.unit_of_work.moment = START + timedelta(minutes=25)
    done = house.ask(FinishTask(hotel=house.hotel, task_id=started.id), caller=me)

    assert (done.status, done.room_status) == (TaskStatus.DONE, S.CLEANED_UNINSPECTED)
    assert done.done_by
    assert (done.done_by.id, done.done_at) == ("7", START + timedelta(minutes=25))
    [fact] = house.events(HousekeepingTaskDone)
    assert (fact.task_id, fact.room_number, fact.by.id) == (done.id, "101", "7")
    assert listed(house).count == 0
    assert task(house, status=TaskStatus.DONE) == done


def test_a_task_may_be_done_without_having_been_started(house: House) -> None:
    left(house)

    done = house.ask(FinishTask(hotel=house.hotel, task_id=task(house).id), caller=cleaner(house))

    assert (done.status, done.started_at, status(house)) == (TaskStatus.DONE, None, S.CLEANED_UNINSPECTED)


def test_the_turnover_carries_the_task_along(house: House) -> None:
    left(house)

    turn(house, S.CLEANING_IN_PROGRESS)
    assert task(house).status is TaskStatus.IN_PROGRESS
    turn(house, S.CHECKOUT_DIRTY)
    assert task(house).status is TaskStatus.OPEN
    turn(house, S.CLEANED_UNINSPECTED)
    assert listed(house).count == 0
    assert len(house.events(HousekeepingTaskDone)) == 1


def test_a_room_that_failed_its_inspection_is_on_the_list_again(house: House) -> None:
    left(house)
    turn(house, S.CLEANED_UNINSPECTED, S.CHECKOUT_DIRTY)

    assert (task(house).reason, task(house).booking_id) == (TaskReason.INSPECTION_FAILED, None)
    assert len(house.events(HousekeepingTaskOpened)) == 2


def test_a_repair_keeps_the_task_of_a_dirty_room_and_opens_one_for_a_clean_one(house: House) -> None:
    left(house)
    turn(house, S.CLEANING_IN_PROGRESS, S.MAINTENANCE_REQUIRED, S.CHECKOUT_DIRTY)
    turn(house, S.MAINTENANCE_REQUIRED, S.CHECKOUT_DIRTY, number="102")

    dirty, clean = listed(house).results
    assert (dirty.reason, dirty.status) == (TaskReason.CHECK_OUT, TaskStatus.OPEN)
    assert (clean.room_number, clean.reason) == ("102", TaskReason.REPAIRED)


def test_a_room_declared_ready_is_off_the_list(house: House) -> None:
    left(house)
    turn(house, S.MAINTENANCE_REQUIRED, S.READY_FOR_GUEST)

    assert listed(house).count == 0


def test_starting_and_finishing_again_change_nothing(house: House) -> None:
    left(house)
    start = StartTask(hotel=house.hotel, task_id=task(house).id)
    finish = FinishTask(hotel=house.hotel, task_id=start.task_id)

    assert house.ask(start) == house.ask(start)
    assert house.ask(finish) == house.ask(finish)
    assert house.refusal(start).code == "TASK_DONE"
    assert len(house.events(HousekeepingTaskDone)) == 1


def test_a_room_under_repair_is_not_cleaned(house: House) -> None:
    left(house)
    turn(house, S.MAINTENANCE_REQUIRED)

    assert house.refusal(StartTask(hotel=house.hotel, task_id=task(house).id)).code == "ILLEGAL_ROOM_TRANSITION"


def test_who_may_not_clean_works_nothing_off(house: House) -> None:
    left(house)
    start = StartTask(hotel=house.hotel, task_id=task(house).id)
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(P))

    assert house.refusal(start, caller=staff(house, P.INSPECT)).code == "PERMISSION_DENIED"
    assert house.refusal(start, caller=stranger).code == "HOTEL_NOT_FOUND"
    assert house.refusal(start, caller=Caller()).code == "PERMISSION_DENIED"
    assert house.refusal(StartTask(hotel=house.hotel, task_id=10**12)).code == "TASK_NOT_FOUND"
    assert house.refusal(ListTasks(hotel=house.hotel), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert house.refusal(ListTasks(hotel="nowhere")).code == "HOTEL_NOT_FOUND"


def test_a_cleaner_takes_a_task_and_gives_it_back_and_a_supervisor_hands_it_out(house: House) -> None:
    left(house)
    me, other = cleaner(house), cleaner(house, "8")
    supervisor = staff(house, P.CLEAN, P.INSPECT)

    def assign(to: str | None, caller: Caller) -> str | None:
        command = AssignTask(hotel=house.hotel, task_id=found.id, staff_id=to, staff_name=to and "Maeve")
        assignee = house.ask(command, caller=caller).assignee
        return assignee.id if assignee else None

    found = task(house)
    assert assign("7", me) == "7"
    for command_to, caller in (("9", me), (None, other)):
        command = AssignTask(hotel=house.hotel, task_id=found.id, staff_id=command_to, staff_name="x")
        assert house.refusal(command, caller=caller).code == "PERMISSION_DENIED"
    assert assign(None, me) is None
    assert assign("9", supervisor) == "9"
    assert house.ask(StartTask(hotel=house.hotel, task_id=found.id), caller=me).assignee.id == "9"  # type: ignore[union-attr]
    assert [row.sequence for row in house.rows(
        "SELECT sequence FROM audit WHERE subject = :subject ORDER BY sequence", subject=f"task/{found.id}"
    )] == [1, 2, 3, 4, 5]  # fmt: skip


def test_tasks_are_listed_by_status_room_and_assignee_a_page_at_a_time(house: House) -> None:
    for booking, number in (("BK-A", "101"), ("BK-B", "102")):
        left(house, booking, number)
    house.hold("BK-C", 0, 1, room_type="STE")
    house.give("BK-C", "201")
    house.move_in("BK-C")
    house.ask(house.moving_out("BK-C", day(0)))
    _, second, third = listed(house).results
    house.ask(StartTask(hotel=house.hotel, task_id=second.id), caller=cleaner(house))
    house.ask(FinishTask(hotel=house.hotel, task_id=third.id), caller=cleaner(house))

    def rooms(**asked: Any) -> list[str]:
        return [each.room_number for each in listed(house, **asked).results]

    assert rooms() == ["101", "102"]
    assert rooms(status=TaskStatus.OPEN) == ["101"]
    assert rooms(status=TaskStatus.IN_PROGRESS) == rooms(assignee_id="7") == rooms(room_number="102") == ["102"]
    assert rooms(status=TaskStatus.DONE) == ["201"]
    assert rooms(room_number="102", status=TaskStatus.DONE) == rooms(room_number="nowhere") == []
    assert (rooms(page=Page(page=2, page_size=1)), listed(house, page=Page(page=2, page_size=1)).count) == (["102"], 2)


def test_of_many_who_open_a_task_at_once_one_does(house: House) -> None:
    [room] = [row.id for row in house.rows("SELECT id FROM room WHERE room_number = '101'")]

    def opened() -> Any:
        with house.engine.begin() as connection:
            made = connection.execute(
                sa.text(
                    "INSERT INTO cleaning_task (hotel, room_id, reason, opened_at) VALUES (:hotel, :room, 'REPAIRED',"
                    " now()) ON CONFLICT (room_id) WHERE done_at IS NULL DO NOTHING RETURNING id"
                ),
                {"hotel": house.hotel, "room": room},
            )
            return made.scalar_one_or_none()

    answers = at_once([opened] * 16)

    assert len([answer for answer in answers if answer is not None]) == 1
    assert len(house.rows("SELECT 1 FROM cleaning_task")) == 1
    with house.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cleaning_task"))


def test_look_then_write_would_open_two(house: House) -> None:
    """The negative control: the same contention on a copy of the table without the constraint."""
    with house.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE naive_task (room_id integer)"))
    together = threading.Barrier(2)

    def opened() -> bool:
        with house.engine.begin() as connection:
            none = connection.execute(sa.text("SELECT count(*) FROM naive_task")).scalar_one() == 0
            together.wait(timeout=10)
            if none:
                connection.execute(sa.text("INSERT INTO naive_task VALUES (1)"))
            return none

    try:
        assert at_once([opened, opened]) == [True, True]
        assert house.rows("SELECT count(*) FROM naive_task")[0][0] == 2
    finally:
        with house.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE naive_task"))


def test_task_and_turnover_at_once_end_in_one_outcome(house: House) -> None:
    left(house)
    task_id = task(house).id
    by_task = FinishTask(hotel=house.hotel, task_id=task_id)
    by_room = ChangeRoomStatus(hotel=house.hotel, room_number="101", to_status=S.CLEANED_UNINSPECTED)

    answers = at_once([lambda: house.ask(by_task), lambda: house.ask(by_room)] * 4)

    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(house.events(HousekeepingTaskDone)) == 1
    assert status(house) is S.CLEANED_UNINSPECTED
