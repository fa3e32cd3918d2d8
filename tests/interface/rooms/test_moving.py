"""A guest in house changes rooms: both rooms, the counters and the facts follow, each once, whoever else wants them."""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms import (
    ChangeRoomStatus,
    ChangeSource,
    GetRoom,
    GetRoomHistory,
    MoveGuest,
    RoomOccupied,
    RoomStatus,
    RoomStatusChanged,
    RoomVacated,
    RoomView,
)
from contracts.values import HotelSettings, Permission
from services.rooms.store.rooms import Rooms
from tests.interface.rooms.house import House, a_type, at_once, day, staff
from tests.interface.rooms.test_guarantees import codes

Status = RoomStatus
ROUNDS = 6


def moving(house: House, booking_id: str, room_number: str, *, action_id: str | None = None) -> MoveGuest:
    return MoveGuest(
        action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=house.hotel, room_number=room_number
    )


def room(house: House, number: str) -> RoomView:
    return house.ask(GetRoom(hotel=house.hotel, room_number=number))


def in_house(house: House, booking_id: str, number: str, first: int = 0, until: int = 3) -> None:
    house.hold(booking_id, first, until)
    house.give(booking_id, number)
    house.move_in(booking_id)


def nights_of(house: House, booking_id: str) -> list[Any]:
    rows = house.rows(
        "SELECT r.room_number, lower(p.nights) AS first, upper(p.nights) AS until, p.live, p.moved_in_at IS NOT NULL"
        " FROM period p JOIN room r ON r.id = p.room_id WHERE p.booking_id = :b ORDER BY p.id",
        b=booking_id,
    )
    return [tuple(row) for row in rows]


def test_a_guest_moves_and_both_rooms_follow(house: House) -> None:
    in_house(house, "BK-A", "101")
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)
    conversation = staff(house, Permission.ASSIGN_ROOMS)

    taken = house.ask(moving(house, "BK-A", "102", action_id="move-1"), caller=conversation)

    assert (taken.room_number, taken.room_status, taken.warnings) == ("102", Status.OCCUPIED, ())
    old, new = room(house, "101"), room(house, "102")
    assert (old.room_status, old.current_booking_id) == (Status.CHECKOUT_DIRTY, None)
    assert (new.room_status, new.current_booking_id) == (Status.OCCUPIED, "BK-A")
    assert nights_of(house, "BK-A") == [("101", day(0), day(1), False, True), ("102", day(1), day(3), True, True)]
    assert house.sold()[:4] == [1, 1, 1, 0]
    assert [event.room_number for event in house.events(RoomVacated)] == ["101"]
    assert [event.action_id for event in house.events(RoomOccupied)][-1] == "move-1"
    *_, left, lived_in = house.events(RoomStatusChanged)
    assert (left.room_number, left.new_status, left.source) == ("101", Status.CHECKOUT_DIRTY, ChangeSource.FRONT_DESK)
    assert (lived_in.room_number, lived_in.new_status) == ("102", Status.OCCUPIED)
    assert len(house.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL")) == 1
    assert house.ask(GetRoomHistory(hotel=house.hotel, room_number="101")).changes[0].by.name == "Aoife"


def test_the_same_move_again_is_answered_alike_and_made_once(house: House) -> None:
    in_house(house, "BK-A", "101")
    first = house.ask(moving(house, "BK-A", "102", action_id="move-1"))

    assert house.ask(moving(house, "BK-A", "102", action_id="move-1")) == first
    assert house.ask(moving(house, "BK-A", "102", action_id="move-2")) == first
    assert len(house.events(RoomVacated)) == 1


def test_a_guest_who_has_moved_leaves_as_any_other(house: House) -> None:
    in_house(house, "BK-A", "101")
    house.ask(moving(house, "BK-A", "201"))

    left = house.ask(house.moving_out("BK-A", day(1)))

    assert (left.room_number, left.room_status) == ("201", Status.CHECKOUT_DIRTY)
    assert (house.sold("DBL")[:3], house.sold("STE")[:3]) == ([0, 0, 0], [1, 0, 0])
    assert house.miscounted() == []


@pytest.mark.parametrize("today", [2, 3, 5])
def test_on_the_last_day_and_after_it_the_guest_takes_the_last_night_along(house: House, today: int) -> None:
    in_house(house, "BK-A", "101")
    house.hold("BK-B", 3, 6)
    house.give("BK-B", "102")
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=10 + today)

    house.ask(moving(house, "BK-A", "102"))

    assert nights_of(house, "BK-A")[-1][1:3] == (day(2), day(3))
    assert house.sold()[:6] == [1, 1, 1, 1, 1, 1]
    assert house.refusal(house.moving_in("BK-B")).code == "ROOM_NOT_READY"


def test_an_upgrade_moves_the_nights_that_remain_and_says_so(house: House) -> None:
    house.import_hotel(settings=HotelSettings(strict_room_type=True))
    in_house(house, "BK-A", "101")
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)

    assert house.ask(moving(house, "BK-A", "201")).warnings == ("ROOM_TYPE_MISMATCH",)

    assert (house.sold("DBL")[:3], house.sold("STE")[:3]) == ([1, 0, 0], [0, 1, 1])
    assert house.miscounted() == []


def test_a_full_type_takes_nobody_and_nothing_changes(house: House) -> None:
    in_house(house, "BK-A", "101")
    house.hold("BK-B", 2, 3, room_type="STE")

    assert house.refusal(moving(house, "BK-A", "201")).code == "SOLD_OUT"

    assert (room(house, "101").current_booking_id, room(house, "201").room_status) == ("BK-A", Status.READY_FOR_GUEST)
    assert (house.sold("DBL")[:3], house.sold("STE")[:3]) == ([1, 1, 1], [0, 0, 1])
    assert house.events(RoomVacated) == []


def test_a_move_is_refused_for(house: House) -> None:
    house.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104", "105")),))
    in_house(house, "BK-A", "101")
    in_house(house, "BK-B", "102", 0, 1)
    house.hold("BK-C", 2, 3)
    house.give("BK-C", "103")
    manager = staff(house, Permission.MANAGE_ROOMS)
    for number, status, until in (("104", Status.MAINTENANCE_REQUIRED, None), ("105", Status.OUT_OF_ORDER, day(2))):
        house.ask(
            ChangeRoomStatus(hotel=house.hotel, room_number=number, to_status=status, until=until), caller=manager
        )

    assert house.refusal(moving(house, "BK-A", "999")).code == "ROOM_NOT_FOUND"
    taken = house.refusal(moving(house, "BK-A", "102"))
    assert (taken.code, taken.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-B"]})
    promised = house.refusal(moving(house, "BK-A", "103"))
    assert (promised.code, promised.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-C"]})
    assert house.refusal(moving(house, "BK-A", "104")).code == "ROOM_NOT_READY"
    assert house.refusal(moving(house, "BK-A", "105")).code == "ROOM_NOT_BOOKABLE"
    assert house.refusal(moving(house, "BK-C", "101")).code == "NOT_CHECKED_IN"
    assert house.refusal(moving(house, "BK-NONE", "101")).code == "NOTHING_HELD"
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)
    assert house.refusal(moving(house, "BK-A", "102")).code == "ROOM_OCCUPIED"  # BK-B stays over
    assert room(house, "101").current_booking_id == "BK-A"


@pytest.fixture
def deadlocks(house: House) -> Callable[[], int]:
    """How many deadlocks PostgreSQL has found in this database since the test began."""

    def found() -> int:
        house.rows("SELECT pg_stat_clear_snapshot()")
        return int(house.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])

    before = found()
    return lambda: found() - before


def test_guests_who_would_change_places_are_both_told_no_and_nobody_waits_for_ever(
    house: House, deadlocks: Callable[[], int]
) -> None:
    in_house(house, "BK-A", "101")
    in_house(house, "BK-B", "102")

    for _ in range(ROUNDS):
        answers = at_once(
            [
                lambda: house.ask(moving(house, "BK-A", "102")),
                lambda: house.ask(moving(house, "BK-B", "101")),
            ]
        )
        assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"] * 2

    assert [room(house, number).current_booking_id for number in ("101", "102")] == ["BK-A", "BK-B"]
    assert deadlocks() == 0


def test_locking_the_rooms_one_by_one_as_they_come_would_deadlock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_house(house, "BK-A", "101")
    in_house(house, "BK-B", "102")
    locked, first_locked = Rooms.lock, threading.Barrier(2)

    def one_by_one(self: Rooms, ids: Iterable[int]) -> dict[int, Any]:
        first, second = ids
        found = locked(self, [first])
        first_locked.wait(10)
        return found | locked(self, [second])

    monkeypatch.setattr(Rooms, "lock", one_by_one)

    def move(booking_id: str, number: str) -> Any:
        try:
            return house.ask(moving(house, booking_id, number))
        except sa.exc.OperationalError as problem:
            return str(problem.orig)

    answers = at_once([lambda: move("BK-A", "102"), lambda: move("BK-B", "101")])

    assert sum("deadlock detected" in str(answer) for answer in answers) == 1


def test_of_two_guests_who_want_the_same_room_one_gets_it(house: House, deadlocks: Callable[[], int]) -> None:
    for n in range(ROUNDS):
        house.import_hotel(room_types=(a_type(rooms=("101", "102", "103")),))
        one, other = f"BK-{n}A", f"BK-{n}B"
        in_house(house, one, "101")
        in_house(house, other, "102")

        answers = at_once(
            [
                lambda one=one: house.ask(moving(house, one, "103")),
                lambda other=other: house.ask(moving(house, other, "103")),
            ]
        )

        assert codes(answers) == ["ROOM_OVERLAP_CONFLICT"]
        assert room(house, "103").current_booking_id in (one, other)
        lived_in = [room(house, number).current_booking_id for number in ("101", "102", "103")]
        assert sorted(who for who in lived_in if who) == [one, other]
        assert house.miscounted() == []
    assert deadlocks() == 0


@pytest.mark.parametrize("rival", ["assign", "check-out"])
def test_a_move_beside_another_hand_on_the_room_ends_clearly(
    house: House, rival: str, deadlocks: Callable[[], int]
) -> None:
    for n in range(ROUNDS):
        house.import_hotel(room_types=(a_type(rooms=("101", "102", "103")),))
        mover, other = f"BK-{n}A", f"BK-{n}B"
        in_house(house, mover, "101")
        if rival == "assign":
            house.hold(other, 1, 3)
            deed = house.giving(other, "102")
        else:
            deed = house.moving_out(mover, day(1))

        answers = at_once(
            [lambda mover=mover: house.ask(moving(house, mover, "102")), lambda deed=deed: house.ask(deed)]
        )

        refused = [answer.code for answer in answers if isinstance(answer, Refusal)]
        if rival == "assign":
            assert refused == ["ROOM_OVERLAP_CONFLICT"]
            lives_in = "101" if isinstance(answers[0], Refusal) else "102"
            assert room(house, lives_in).current_booking_id == mover
        else:
            assert refused in ([], ["NOTHING_HELD"])
            assert [room(house, number).current_booking_id for number in ("101", "102")] == [None, None]
        assert house.miscounted() == []
    assert deadlocks() == 0
