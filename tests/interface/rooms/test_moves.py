"""Moves: both rooms, the counters and the events change once, under any contention."""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.events import ChangeSource, RoomOccupied, RoomStatus, RoomStatusChanged, RoomVacated
from contracts.rooms.moves import MoveGuest
from contracts.rooms.rooms import GetRoom, GetRoomHistory, RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import HotelSettings, Permission
from services.rooms.store.rooms import SqlRooms
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, at_once, day, staff
from tests.interface.rooms.test_guarantees import codes

Status = RoomStatus
ROUNDS = 6


def moving(service: RoomsUnderTest, booking_id: str, room_number: str, *, action_id: str | None = None) -> MoveGuest:
    return MoveGuest(
        action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=service.hotel, room_number=room_number
    )


def room(service: RoomsUnderTest, number: str) -> RoomView:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number))


def in_house(service: RoomsUnderTest, booking_id: str, number: str, first: int = 0, until: int = 3) -> None:
    service.hold(booking_id, first, until)
    service.give(booking_id, number)
    service.move_in(booking_id)


def nights_of(service: RoomsUnderTest, booking_id: str) -> list[Any]:
    rows = service.rows(
        "SELECT r.room_number, lower(p.nights) AS first, upper(p.nights) AS until, p.live, p.moved_in_at IS NOT NULL"
        " FROM period p JOIN room r ON r.id = p.room_id WHERE p.booking_id = :b ORDER BY p.id",
        b=booking_id,
    )
    return [tuple(row) for row in rows]


def test_a_move_changes_the_status_of_both_rooms(service: RoomsUnderTest) -> None:
    in_house(service, "BK-A", "101")
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)
    clerk = staff(service, Permission.ASSIGN_ROOMS)

    taken = service.ask(moving(service, "BK-A", "102", action_id="move-1"), caller=clerk)

    assert (taken.room_number, taken.room_status, taken.warnings) == ("102", Status.OCCUPIED, ())
    old, new = room(service, "101"), room(service, "102")
    assert (old.room_status, old.current_booking_id) == (Status.CHECKOUT_DIRTY, None)
    assert (new.room_status, new.current_booking_id) == (Status.OCCUPIED, "BK-A")
    assert nights_of(service, "BK-A") == [("101", day(0), day(1), False, True), ("102", day(1), day(3), True, True)]
    assert service.sold()[:4] == [1, 1, 1, 0]
    assert [event.room_number for event in service.events(RoomVacated)] == ["101"]
    assert [event.action_id for event in service.events(RoomOccupied)][-1] == "move-1"
    *_, left, lived_in = service.events(RoomStatusChanged)
    assert (left.room_number, left.new_status, left.source) == ("101", Status.CHECKOUT_DIRTY, ChangeSource.FRONT_DESK)
    assert (lived_in.room_number, lived_in.new_status) == ("102", Status.OCCUPIED)
    assert len(service.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL")) == 1
    assert service.ask(GetRoomHistory(hotel=service.hotel, room_number="101")).changes[0].by.id == "7"


def test_a_repeated_move_gets_the_stored_reply(service: RoomsUnderTest) -> None:
    in_house(service, "BK-A", "101")
    first = service.ask(moving(service, "BK-A", "102", action_id="move-1"))

    assert service.ask(moving(service, "BK-A", "102", action_id="move-1")) == first
    assert service.ask(moving(service, "BK-A", "102", action_id="move-2")) == first
    assert len(service.events(RoomVacated)) == 1


def test_a_moved_guest_checks_out_of_the_new_room(service: RoomsUnderTest) -> None:
    in_house(service, "BK-A", "101")
    service.ask(moving(service, "BK-A", "201"))

    left = service.ask(service.moving_out("BK-A", day(1)))

    assert (left.room_number, left.room_status) == ("201", Status.CHECKOUT_DIRTY)
    assert (service.sold("DBL")[:3], service.sold("STE")[:3]) == ([0, 0, 0], [1, 0, 0])
    assert service.nights_with_wrong_sold() == []


@pytest.mark.parametrize("today", [2, 3, 5])
def test_a_move_on_the_day_of_departure_takes_the_last_night(service: RoomsUnderTest, today: int) -> None:
    in_house(service, "BK-A", "101")
    service.hold("BK-B", 3, 6)
    service.give("BK-B", "102")
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=10 + today)

    service.ask(moving(service, "BK-A", "102"))

    assert nights_of(service, "BK-A")[-1][1:3] == (day(2), day(3))
    assert service.sold()[:6] == [1, 1, 1, 1, 1, 1]
    assert service.refusal(service.moving_in("BK-B")).code == "ROOM_NOT_READY"


def test_a_move_to_another_type_moves_the_remaining_nights_and_warns(service: RoomsUnderTest) -> None:
    service.import_hotel(settings=HotelSettings(strict_room_type=True))
    in_house(service, "BK-A", "101")
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)

    assert service.ask(moving(service, "BK-A", "201")).warnings == ("ROOM_TYPE_MISMATCH",)

    assert (service.sold("DBL")[:3], service.sold("STE")[:3]) == ([1, 0, 0], [0, 1, 1])
    assert service.nights_with_wrong_sold() == []


def test_a_move_to_a_full_type_is_refused_and_changes_nothing(service: RoomsUnderTest) -> None:
    in_house(service, "BK-A", "101")
    service.hold("BK-B", 2, 3, room_type="STE")

    assert service.refusal(moving(service, "BK-A", "201")).code == "SOLD_OUT"

    assert (room(service, "101").current_booking_id, room(service, "201").room_status) == (
        "BK-A",
        Status.READY_FOR_GUEST,
    )
    assert (service.sold("DBL")[:3], service.sold("STE")[:3]) == ([1, 1, 1], [0, 0, 1])
    assert service.events(RoomVacated) == []


def test_an_invalid_move_is_refused(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104", "105")),))
    in_house(service, "BK-A", "101")
    in_house(service, "BK-B", "102", 0, 1)
    service.hold("BK-C", 2, 3)
    service.give("BK-C", "103")
    manager = staff(service, Permission.MANAGE_ROOMS)
    for number, status, until in (("104", Status.MAINTENANCE_REQUIRED, None), ("105", Status.OUT_OF_ORDER, day(2))):
        service.ask(
            ChangeRoomStatus(hotel=service.hotel, room_number=number, to_status=status, until=until), caller=manager
        )

    assert service.refusal(moving(service, "BK-A", "999")).code == "ROOM_NOT_FOUND"
    taken = service.refusal(moving(service, "BK-A", "102"))
    assert (taken.code, taken.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-B"]})
    promised = service.refusal(moving(service, "BK-A", "103"))
    assert (promised.code, promised.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-C"]})
    assert service.refusal(moving(service, "BK-A", "104")).code == "ROOM_NOT_READY"
    assert service.refusal(moving(service, "BK-A", "105")).code == "ROOM_NOT_BOOKABLE"
    assert service.refusal(moving(service, "BK-C", "101")).code == "NOT_CHECKED_IN"
    assert service.refusal(moving(service, "BK-NONE", "101")).code == "NOTHING_HELD"
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)
    assert service.refusal(moving(service, "BK-A", "102")).code == "ROOM_OCCUPIED"  # BK-B stays over
    assert room(service, "101").current_booking_id == "BK-A"


@pytest.fixture
def deadlocks(service: RoomsUnderTest) -> Callable[[], int]:
    """The number of deadlocks in this database since the test began."""

    def deadlocks_so_far() -> int:
        service.rows("SELECT pg_stat_clear_snapshot()")
        return int(service.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])

    before = deadlocks_so_far()
    return lambda: deadlocks_so_far() - before


def test_two_concurrent_moves_that_swap_rooms_are_refused_without_a_deadlock(
    service: RoomsUnderTest, deadlocks: Callable[[], int]
) -> None:
    in_house(service, "BK-A", "101")
    in_house(service, "BK-B", "102")

    for _ in range(ROUNDS):
        answers = at_once(
            [
                lambda: service.ask(moving(service, "BK-A", "102")),
                lambda: service.ask(moving(service, "BK-B", "101")),
            ]
        )
        assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"] * 2

    assert [room(service, number).current_booking_id for number in ("101", "102")] == ["BK-A", "BK-B"]
    assert deadlocks() == 0


def test_rooms_locked_one_by_one_would_deadlock(service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    in_house(service, "BK-A", "101")
    in_house(service, "BK-B", "102")
    locked, first_locked = SqlRooms.lock, threading.Barrier(2)

    def one_by_one(self: SqlRooms, hotels: Iterable[str], ids: Iterable[int]) -> dict[int, Any]:
        first, second = ids
        rooms = locked(self, hotels, [first])
        first_locked.wait(10)
        return rooms | locked(self, hotels, [second])

    monkeypatch.setattr(SqlRooms, "lock", one_by_one)

    def move(booking_id: str, number: str) -> Any:
        try:
            return service.ask(moving(service, booking_id, number))
        except sa.exc.OperationalError as problem:
            return str(problem.orig)

    answers = at_once([lambda: move("BK-A", "102"), lambda: move("BK-B", "101")])

    assert sum("deadlock detected" in str(answer) for answer in answers) == 1


def test_of_two_concurrent_moves_to_one_room_one_succeeds(
    service: RoomsUnderTest, deadlocks: Callable[[], int]
) -> None:
    for n in range(ROUNDS):
        service.import_hotel(room_types=(a_type(rooms=("101", "102", "103")),))
        one, other = f"BK-{n}A", f"BK-{n}B"
        in_house(service, one, "101")
        in_house(service, other, "102")

        answers = at_once(
            [
                lambda one=one: service.ask(moving(service, one, "103")),
                lambda other=other: service.ask(moving(service, other, "103")),
            ]
        )

        assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"]
        assert room(service, "103").current_booking_id in (one, other)
        lived_in = [room(service, number).current_booking_id for number in ("101", "102", "103")]
        assert sorted(who for who in lived_in if who) == [one, other]
        assert service.nights_with_wrong_sold() == []
    assert deadlocks() == 0


@pytest.mark.parametrize("rival", ["assign", "check-out"])
def test_a_move_concurrent_with_another_change_of_the_room_has_a_clear_outcome(
    service: RoomsUnderTest, rival: str, deadlocks: Callable[[], int]
) -> None:
    for n in range(ROUNDS):
        service.import_hotel(room_types=(a_type(rooms=("101", "102", "103")),))
        mover, other = f"BK-{n}A", f"BK-{n}B"
        in_house(service, mover, "101")
        if rival == "assign":
            service.hold(other, 1, 3)
            deed = service.giving(other, "102")
        else:
            deed = service.moving_out(mover, day(1))

        answers = at_once(
            [lambda mover=mover: service.ask(moving(service, mover, "102")), lambda deed=deed: service.ask(deed)]
        )

        refused = [answer.code for answer in answers if isinstance(answer, Refusal)]
        if rival == "assign":
            assert refused == ["ROOM_OVERLAP_CONFLICT"]
            lives_in = "101" if isinstance(answers[0], Refusal) else "102"
            assert room(service, lives_in).current_booking_id == mover
        else:
            assert refused in ([], ["NOTHING_HELD"])
            assert [room(service, number).current_booking_id for number in ("101", "102")] == [None, None]
        assert service.nights_with_wrong_sold() == []
    assert deadlocks() == 0
