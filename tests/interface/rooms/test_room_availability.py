"""Availability room by room: free rooms, and the conflicts of the others."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.rooms.assignments import FindCandidates
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.room_availability import ConflictReason, FindFreeRooms, FreeRoom, FreeRooms, TakenRoom
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Permission
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day

WHY = ConflictReason


def asking(service: RoomsUnderTest, first: int = 2, until: int = 4, **overrides: Any) -> FindFreeRooms:
    return FindFreeRooms(**({"hotel": service.hotel, "check_in": day(first), "check_out": day(until)} | overrides))


def search(service: RoomsUnderTest, first: int = 2, until: int = 4, **overrides: Any) -> FreeRooms:
    return service.ask(asking(service, first, until, **overrides))


def given(service: RoomsUnderTest, booking_id: str, first: int, until: int, number: str = "101") -> None:
    service.hold(booking_id, first, until)
    service.give(booking_id, number)


def free(rooms: FreeRooms) -> list[str]:
    return [room.room_number for room in rooms.available_rooms]


def taken(rooms: FreeRooms) -> TakenRoom:
    [room] = rooms.unavailable_rooms
    return room


def test_every_room_is_listed_as_free_or_taken_by_number(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 3, 6)

    rooms = search(service)

    assert rooms.available_rooms == (
        FreeRoom(
            room_number="102", room_type="Double Room", is_occupied=False, current_booking_id=None, next_booking=None
        ),
        FreeRoom(room_number="201", room_type="Suite", is_occupied=False, current_booking_id=None, next_booking=None),
    )
    assert rooms.unavailable_rooms == (
        TakenRoom(
            room_number="101",
            room_type="Double Room",
            conflict_reason=WHY.EXISTING_BOOKING,
            conflict_booking_id="BK-A",
            available_from=day(6),
        ),
    )


def test_a_back_to_back_stay_is_no_conflict_but_delays_the_available_date(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 0, 2)
    given(service, "BK-B", 4, 5)
    given(service, "BK-C", 5, 7)

    assert free(search(service, 2, 4)) == ["101", "102", "201"]
    assert search(service, 2, 4).available_rooms[0].next_booking == day(4)
    assert taken(search(service, 3, 5)).available_from == day(7)


def test_the_stay_of_an_excluded_booking_is_no_conflict(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 2, 4)

    assert free(search(service, exclude_booking="BK-A")) == ["101", "102", "201"]
    assert free(search(service, exclude_booking="BK-B")) == ["102", "201"]


def test_an_occupied_room_is_free_after_the_stay_and_has_its_current_booking(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 0, 2)
    service.move_in("BK-A")

    now = taken(search(service, 0, 1))
    assert (now.conflict_reason, now.conflict_booking_id, now.available_from) == (
        WHY.CURRENTLY_OCCUPIED,
        "BK-A",
        day(2),
    )
    later = search(service, 2, 4).available_rooms[0]
    assert (later.room_number, later.is_occupied, later.current_booking_id) == ("101", True, "BK-A")


def test_an_overstaying_guest_is_a_conflict_tonight(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 0, 2)
    service.move_in("BK-A")
    service.unit_of_work.moment = START + timedelta(days=3)

    rooms = taken(search(service, 3, 4))

    assert (rooms.conflict_reason, rooms.conflict_booking_id) == (WHY.CURRENTLY_OCCUPIED, "BK-A")
    assert free(search(service, 3, 4, exclude_booking="BK-A")) == ["101", "102", "201"]
    assert free(search(service, 4, 5)) == ["101", "102", "201"]


def test_a_blocked_out_of_order_or_inactive_room_has_that_conflict_reason(service: RoomsUnderTest) -> None:
    service.ask(BlockRoom(hotel=service.hotel, room_number="101", starts_on=day(3), until=day(5)))
    assert (taken(search(service)).conflict_reason, taken(search(service)).available_from) == (WHY.BLOCKED, day(5))

    service.ask(
        ChangeRoomStatus(hotel=service.hotel, room_number="102", to_status=RoomStatus.OUT_OF_ORDER, until=day(1))
    )
    tonight = search(service, 0, 1, room_type="DBL").unavailable_rooms[0]
    assert (tonight.room_number, tonight.conflict_reason, tonight.available_from) == (
        "102",
        WHY.OUT_OF_ORDER,
        day(1),
    )
    assert free(search(service, 1, 3)) == ["101", "102", "201"]
    service.unit_of_work.moment = START + timedelta(days=1)
    assert free(search(service, 1, 2)) == ["101", "102", "201"]

    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE room SET is_active = false WHERE room_number = '201'"))
    closed = taken(search(service, 8, 9))
    assert (closed.conflict_reason, closed.available_from) == (WHY.INACTIVE, None)


def test_a_dirty_or_broken_room_is_free(service: RoomsUnderTest) -> None:
    service.ask(ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=RoomStatus.MAINTENANCE_REQUIRED))

    assert "101" in free(search(service, 0, 1))


@pytest.mark.parametrize("name", ["DBL", "dbl", "Double Room", "double room"])
def test_a_room_type_filter_takes_a_code_or_a_name(service: RoomsUnderTest, name: str) -> None:
    assert free(search(service, room_type=name)) == ["101", "102"]


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"room_type": "Igloo"}, "ROOM_TYPE_NOT_FOUND"),
        ({"hotel": "nowhere"}, "HOTEL_NOT_FOUND"),
        ({"check_out": day(2)}, "VALIDATION_ERROR"),
        ({"check_in": day(-1)}, "VALIDATION_ERROR"),
        ({"check_in": day(600), "check_out": day(731)}, "BEYOND_HORIZON"),
    ],
)
def test_availability_of_rooms_for_an_invalid_stay_is_refused(
    service: RoomsUnderTest, overrides: dict[str, Any], code: str
) -> None:
    assert service.refusal(asking(service, **overrides)).code == code


def test_staff_of_another_hotel_do_not_see_the_rooms(service: RoomsUnderTest) -> None:
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(Permission))

    assert service.refusal(asking(service), caller=stranger).code == "HOTEL_NOT_FOUND"


def test_the_free_rooms_are_the_candidates(service: RoomsUnderTest) -> None:
    given(service, "BK-A", 0, 2)
    service.move_in("BK-A")
    service.ask(BlockRoom(hotel=service.hotel, room_number="201", starts_on=day(1), until=day(3)))
    service.hold("BK-B", 0, 2)

    candidates = service.ask(FindCandidates(hotel=service.hotel, booking_id="BK-B")).rooms

    assert [room.room_number for room in candidates] == free(search(service, 0, 2)) == ["102"]
    assert (candidates[0].warnings, candidates[0].explanation) == ((), "Of the booked type, ready.")


def test_a_room_of_a_full_type_is_no_candidate(service: RoomsUnderTest) -> None:
    service.hold("BK-S", 0, 2, room_type="STE")
    service.hold("BK-A", 0, 2)

    candidates = service.ask(FindCandidates(hotel=service.hotel, booking_id="BK-A")).rooms

    assert [room.room_number for room in candidates] == ["101", "102"]
    assert service.refusal(service.giving("BK-A", "201")).code == "SOLD_OUT"
