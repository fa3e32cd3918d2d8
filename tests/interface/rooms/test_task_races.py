"""Concurrent changes of a room open one task and have one outcome."""

import threading
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.events import HousekeepingTaskDone, RoomStatus
from contracts.rooms.tasks import FinishTask
from contracts.rooms.turnover import ChangeRoomStatus
from tests.interface.rooms.housekeeping import left, status, task
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once

S = RoomStatus


def test_concurrent_openings_open_one_task(service: RoomsUnderTest) -> None:
    [room] = [row.id for row in service.rows("SELECT id FROM room WHERE room_number = '101'")]

    def opened() -> Any:
        with service.engine.begin() as connection:
            made = connection.execute(
                sa.text(
                    "INSERT INTO cleaning_task (hotel, room_id, reason, opened_at) VALUES (:hotel, :room, 'REPAIRED',"
                    " now()) ON CONFLICT (hotel, room_id) WHERE done_at IS NULL DO NOTHING RETURNING id"
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
