"""Cleaning tasks: a dirty room has one task, and the task and the room's status follow each other."""

from datetime import timedelta

from contracts.bookings.events import BookingCancelled
from contracts.rooms.events import HousekeepingTaskDone, HousekeepingTaskOpened, RoomStatus, TaskReason
from contracts.rooms.moves import MoveGuest
from contracts.rooms.tasks import FinishTask, StartTask, TaskStatus
from contracts.values import SYSTEM, Money
from tests.interface.rooms.housekeeping import cleaner, in_house, left, listed, status, task, turn
from tests.interface.rooms.rooms_under_test import START, TODAY, RoomsUnderTest, at_once, day

S = RoomStatus
NOTHING = Money(0, "EUR")


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
