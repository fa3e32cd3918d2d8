"""An undone move out: the stay, the nights, the room and its cleaning task, all of it or nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.events import (
    HousekeepingTaskWithdrawn,
    InventoryHeld,
    RoomOccupied,
    RoomStatus,
    RoomStatusChanged,
)
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import RoomOccupiedReply
from contracts.rooms.tasks import AssignTask, ListTasks, StartTask, TaskStatus
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.rooms.undo import UndoMoveOut, UndoStep
from contracts.rooms.walk_ins import ReceiveWalkIn
from contracts.values import Permission
from services.rooms.domain import undo
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once, day, staff
from tests.interface.rooms.test_occupancy import in_house, room
from tests.interface.rooms.test_undo import check

CLEANED, READY = RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST


def returning(service: RoomsUnderTest, until: int = 3, *, booking_id: str = "BK-A", action_id: str = "") -> UndoMoveOut:
    return UndoMoveOut(
        action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=service.hotel, check_out=day(until)
    )


def left(service: RoomsUnderTest, on: int = 0, until: int = 3) -> None:
    """A guest who has left room 101."""
    in_house(service, until=until)
    service.unit_of_work.moment += timedelta(days=on)
    service.ask(service.moving_out("BK-A", day(on)))


def status_to(service: RoomsUnderTest, *statuses: RoomStatus) -> None:
    for to in statuses:
        command = ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=to, note="ok", until=day(2))
        service.ask(command)


def whole(service: RoomsUnderTest) -> Any:
    """All that an undone move out changes."""
    tables = ("period", "hold", "hold_part", "cleaning_task", "room", "night")
    return [service.rows(f"SELECT * FROM {table} WHERE hotel = :hotel ORDER BY 1, 2, 3", hotel=service.hotel)
            for table in tables]  # fmt: skip


def reason(service: RoomsUnderTest, until: int = 3) -> Any:
    before = whole(service)
    said = [each.code for each in check(service, UndoStep.CHECK_OUT, until).refusals]
    refusal = service.refusal(returning(service, until))
    assert refusal.code == "CANNOT_UNDO"
    assert [refusal.details["reason"]] == said, "the preview says something else"
    assert whole(service) == before, "a refused undo has changed something"
    return refusal.details["reason"]


@pytest.mark.parametrize(("on", "nights"), [(0, [1, 1, 1]), (1, [1, 1, 1]), (3, [1, 1, 1]), (4, [1, 1, 1])])
def test_a_guest_who_is_back_has_the_room_and_the_nights_again(
    service: RoomsUnderTest, on: int, nights: list[int]
) -> None:
    in_house(service)
    before = service.rows("SELECT first_night, until FROM hold_part WHERE booking_id = 'BK-A'")
    service.unit_of_work.moment += timedelta(days=on)
    service.ask(service.moving_out("BK-A", day(on)))
    assert service.sold()[:3] == [int(night < on) for night in range(3)]

    reply = service.ask(returning(service, action_id="undo-1"), caller=staff(service, Permission.MANAGE_CHECKIN))

    assert (reply.room.room_number, reply.room.room_status) == ("101", RoomStatus.OCCUPIED)
    assert reply.wifi.ssid == "house"
    assert service.sold()[:3] == nights
    assert service.nights_with_wrong_sold() == service.rooms_with_wrong_tasks() == []
    assert (room(service).is_occupied, room(service).current_booking_id) == (True, "BK-A")
    [stay] = service.rows("SELECT live, lower(nights) AS a, upper(nights) AS b, moved_in_at, ended_at FROM period")
    assert (stay.live, stay.a, stay.b, stay.ended_at) == (True, day(0), day(3), None)
    assert stay.moved_in_at
    [hold] = service.rows("SELECT check_in, check_out, ended_at, version FROM hold")
    assert (hold.check_in, hold.check_out, hold.ended_at, hold.version) == (day(0), day(3), None, 3)
    assert service.rows("SELECT first_night, until FROM hold_part WHERE booking_id = 'BK-A'") == before
    withdrawn, occupied, changed, held = last_events(service)
    assert (occupied.booking_id, occupied.action_id) == ("BK-A", "undo-1")
    assert (changed.old_status, changed.new_status) == (RoomStatus.CHECKOUT_DIRTY, RoomStatus.OCCUPIED)
    assert (held.check_in, held.check_out) == (day(0), day(3))
    assert withdrawn.room_number == "101"
    service.ask(service.moving_out("BK-A", day(on)))
    assert service.nights_with_wrong_sold() == service.rooms_with_wrong_tasks() == []


def last_events(service: RoomsUnderTest) -> tuple[Any, ...]:
    kinds = (HousekeepingTaskWithdrawn, RoomOccupied, RoomStatusChanged, InventoryHeld)
    return tuple(service.events(kind)[-1] for kind in kinds)


def test_a_repeated_undo_gets_the_stored_reply_and_happens_once(service: RoomsUnderTest) -> None:
    left(service)
    first: RoomOccupiedReply = service.ask(returning(service, action_id="undo-1"))

    assert service.ask(returning(service, action_id="undo-1")) == first
    assert service.sold()[:3] == [1, 1, 1]
    assert len(service.events(RoomOccupied)) == 2


@pytest.mark.parametrize(
    ("cleaning", "withdrawn"),
    [((), 1), ((RoomStatus.CLEANING_IN_PROGRESS,), 1), ((CLEANED,), 0), ((CLEANED, READY), 0)],
)
def test_a_room_that_is_being_cleaned_is_given_back_and_its_open_task_withdrawn(
    service: RoomsUnderTest, cleaning: tuple[RoomStatus, ...], withdrawn: int
) -> None:
    left(service)
    status_to(service, *cleaning)

    service.ask(returning(service))

    assert room(service).room_status is RoomStatus.OCCUPIED
    assert service.rooms_with_wrong_tasks() == []
    tasks = service.ask(ListTasks(hotel=service.hotel, status=TaskStatus.WITHDRAWN)).results
    assert len(tasks) == withdrawn == len(service.events(HousekeepingTaskWithdrawn))
    done = service.ask(ListTasks(hotel=service.hotel, status=TaskStatus.DONE)).results
    assert len(done) == 1 - withdrawn
    for task in tasks:
        assert (task.status, task.done_at, task.done_by) == (TaskStatus.WITHDRAWN, None, None)
        assert task.withdrawn_at
        about = {"hotel": service.hotel, "task_id": task.id}
        assert service.refusal(StartTask(**about)).code == "TASK_DONE"
        assert service.refusal(AssignTask(**about, staff_id="7")).code == "TASK_DONE"
    assert service.ask(ListTasks(hotel=service.hotel)).results == ()


def test_a_guest_who_was_moved_is_back_in_the_last_room(service: RoomsUnderTest) -> None:
    in_house(service)
    service.unit_of_work.moment += timedelta(days=1)
    service.ask(MoveGuest(action_id=uuid4().hex, booking_id="BK-A", hotel=service.hotel, room_number="102"))
    service.ask(service.moving_out("BK-A", day(1)))

    assert service.ask(returning(service)).room.room_number == "102"

    stays = service.rows("SELECT lower(nights) AS a, upper(nights) AS b, live FROM period ORDER BY id")
    assert [tuple(stay) for stay in stays] == [(day(0), day(1), False), (day(1), day(3), True)]
    assert service.nights_with_wrong_sold() == []


def test_nights_are_sold_again_on_the_type_of_the_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)
    service.give("BK-A", "201")
    service.move_in("BK-A")
    service.unit_of_work.moment += timedelta(days=1)
    service.ask(service.moving_out("BK-A", day(1)))
    assert (service.sold()[:3], service.sold("STE")[:3]) == ([0, 0, 0], [1, 0, 0])

    service.ask(returning(service))

    assert (service.sold()[:3], service.sold("STE")[:3]) == ([0, 0, 0], [1, 1, 1])
    assert service.nights_with_wrong_sold() == []


def taken_by_a_guest(service: RoomsUnderTest) -> None:
    status_to(service, CLEANED, READY)
    in_house(service, "BK-B")


def assigned_to_a_guest(service: RoomsUnderTest) -> None:
    service.hold("BK-B", 2, 4)
    service.give("BK-B", "101")


def blocked(service: RoomsUnderTest) -> None:
    command = BlockRoom(hotel=service.hotel, room_number="101", starts_on=day(1), until=day(2), reason="Paint.")
    service.ask(command, caller=staff(service, Permission.MANAGE_ROOMS))


def sold_out(service: RoomsUnderTest) -> None:
    for number in range(2):
        service.hold(f"BK-{number}", 1, 2)


def broken(service: RoomsUnderTest) -> None:
    status_to(service, RoomStatus.MAINTENANCE_REQUIRED)


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (taken_by_a_guest, "ROOM_TAKEN"),
        (assigned_to_a_guest, "ROOM_TAKEN"),
        (blocked, "ROOM_TAKEN"),
        (sold_out, "NIGHTS_SOLD"),
        (broken, "ROOM_NOT_READY"),
    ],
)
def test_a_room_or_night_that_somebody_else_has_is_not_given_back(
    service: RoomsUnderTest, prepare: Callable[[RoomsUnderTest], None], code: str
) -> None:
    left(service)
    prepare(service)

    assert reason(service) == code


def test_what_never_happened_is_not_undone(service: RoomsUnderTest) -> None:
    in_house(service)

    assert reason(service) == "NEVER_HAPPENED"


def rival_of(service: RoomsUnderTest, rival: str, number: int) -> Callable[[], Any]:
    """Someone else who wants what the guest has left: of two doubles, one is sold to another on the nights 1 and 2."""
    service.hold(f"BK-B{number}", 1, 3)
    walk_in = ReceiveWalkIn(
        action_id=uuid4().hex, booking_id=f"BK-W{number}", hotel=service.hotel, room_number="101",
        check_in=day(0), check_out=day(1), adults=1, children=0,
    )  # fmt: skip
    message: dict[str, Any] = {
        "assign": service.giving(f"BK-B{number}", "101"),
        "the last free night": service.holding(f"BK-D{number}", 1, 2),
        "walk-in": walk_in,
    }
    return lambda: service.ask(message[rival])


@pytest.mark.parametrize("rival", ["assign", "the last free night", "walk-in"])
def test_one_of_an_undone_move_out_and_a_rival_wins(service: RoomsUnderTest, rival: str) -> None:
    for number in range(8):
        service.import_hotel()
        guest = f"BK-A{number}"
        in_house(service, guest)
        service.ask(service.moving_out(guest, day(0)))
        if rival == "walk-in":
            status_to(service, CLEANED, READY)
        attempt, back = rival_of(service, rival, number), returning(service, booking_id=guest)

        returned, other = at_once([lambda back=back: service.ask(back), attempt])

        assert isinstance(returned, Refusal) != isinstance(other, Refusal), (returned, other)
        if isinstance(returned, Refusal):
            assert returned.code == "CANNOT_UNDO"
            assert returned.details["reason"] in ("ROOM_TAKEN", "NIGHTS_SOLD")
        assert service.nights_with_wrong_sold() == service.rooms_with_wrong_tasks() == []


def test_without_the_constraint_two_guests_have_the_room(
    service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what is read before would not suffice."""
    left(service)
    monkeypatch.setattr(undo, "refusals_of_return", lambda *_, **__: ())
    assigned_to_a_guest(service)
    assert service.refusal(returning(service)).details["reason"] == "ROOM_TAKEN"

    with service.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE period DROP CONSTRAINT period_no_room_twice"))
    try:
        service.ask(returning(service))
        live = service.rows("SELECT booking_id FROM period WHERE live AND hotel = :hotel", hotel=service.hotel)
        assert {row.booking_id for row in live} == {"BK-A", "BK-B"}
    finally:
        with service.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM period WHERE hotel = :hotel"), {"hotel": service.hotel})
            connection.execute(sa.text(CONSTRAINT))


CONSTRAINT = """
ALTER TABLE period ADD CONSTRAINT period_no_room_twice
EXCLUDE USING gist (hotel WITH =, room_id WITH =, nights WITH &&) WHERE (live)
"""
