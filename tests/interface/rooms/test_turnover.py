"""Housekeeping turns a room; each change leaves one row and one fact, and a blocked room is off the counters."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.rooms import (
    ChangeRoomStatus,
    ChangeSource,
    GetRoom,
    GetRoomHistory,
    ListRooms,
    RoomStatus,
    RoomStatusChanged,
    RoomView,
)
from contracts.values import Caller, Page, Permission
from tests.interface.rooms.house import START, House, day, staff

S = RoomStatus
P = Permission

pytestmark = pytest.mark.usefixtures("fitting")


def change(house: House, to_status: RoomStatus, **overrides: Any) -> ChangeRoomStatus:
    return ChangeRoomStatus(**({"hotel": house.hotel, "room_number": "101", "to_status": to_status} | overrides))


def turn(house: House, *statuses: RoomStatus, caller: Caller | None = None, **overrides: Any) -> RoomView:
    view = None
    for status in statuses:
        view = house.ask(change(house, status, **overrides), caller=caller or everyone(house))
    assert view
    return view


def everyone(house: House) -> Caller:
    return staff(house, P.CLEAN, P.INSPECT, P.OVERRIDE, P.MANAGE_ROOMS)


def dirty(house: House) -> None:
    house.hold("BK-A", 0, 1)
    house.give("BK-A", "101")
    house.move_in("BK-A")
    house.ask(house.moving_out("BK-A", day(0)))


def test_the_ordinary_turnover(house: House) -> None:
    dirty(house)
    house.unit_of_work.moment = START + timedelta(hours=1)
    cleaner, inspector = staff(house, P.CLEAN), staff(house, P.INSPECT)

    turn(house, S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED, caller=cleaner)
    view = turn(house, S.READY_FOR_GUEST, caller=inspector)

    assert (view.room_status, view.version) == (S.READY_FOR_GUEST, 6)
    assert view.last_cleaned_at == view.last_inspected_at == START + timedelta(hours=1)
    changes = house.ask(GetRoomHistory(hotel=house.hotel, room_number="101")).changes
    assert [(row.old_status, row.new_status) for row in reversed(changes)] == [
        (S.READY_FOR_GUEST, S.OCCUPIED),
        (S.OCCUPIED, S.CHECKOUT_DIRTY),
        (S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS),
        (S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED),
        (S.CLEANED_UNINSPECTED, S.READY_FOR_GUEST),
    ]
    assert (changes[0].source, changes[0].by.id) == (ChangeSource.HOUSEKEEPING, "7")
    assert len(house.events(RoomStatusChanged)) == 5
    assert house.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL") == []


def test_the_same_status_again_leaves_no_row(house: House) -> None:
    dirty(house)

    view = turn(house, S.CHECKOUT_DIRTY, caller=staff(house))

    assert view.version == 3
    assert len(house.events(RoomStatusChanged)) == 2


def test_a_room_with_a_guest_is_left_alone(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    house.move_in("BK-A")

    for status in set(S) - {S.OCCUPIED}:
        assert house.refusal(change(house, status), caller=everyone(house)).code == "ROOM_HAS_GUEST"


@pytest.mark.parametrize("status", [S.OCCUPIED, S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED])
def test_a_ready_room_is_not_turned_backwards(house: House, status: RoomStatus) -> None:
    assert house.refusal(change(house, status), caller=everyone(house)).code == "ILLEGAL_ROOM_TRANSITION"


def test_skipping_the_inspection_needs_the_right_and_a_reason(house: House) -> None:
    dirty(house)
    supervisor = staff(house, P.CLEAN, P.INSPECT, P.OVERRIDE)

    assert house.refusal(change(house, S.READY_FOR_GUEST), caller=staff(house, P.INSPECT)).code == "PERMISSION_DENIED"
    assert house.refusal(change(house, S.READY_FOR_GUEST), caller=supervisor).code == "NOTE_REQUIRED"
    turn(house, S.READY_FOR_GUEST, caller=supervisor, note="VIP waits in the lobby")

    [event] = house.events(RoomStatusChanged)[-1:]
    assert event.source is ChangeSource.MANAGER_OVERRIDE
    row = house.ask(GetRoomHistory(hotel=house.hotel, room_number="101")).changes[0]
    assert row.note == "VIP waits in the lobby"
    assert house.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%lobby%'") == []


def test_staff_of_another_hotel_and_guests_turn_nothing(house: House) -> None:
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(P))

    assert house.refusal(change(house, S.MAINTENANCE_REQUIRED), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert house.refusal(change(house, S.MAINTENANCE_REQUIRED), caller=Caller()).code == "PERMISSION_DENIED"
    assert house.refusal(change(house, S.OUT_OF_ORDER, room_number="9")).code == "ROOM_NOT_FOUND"


def test_a_room_seen_in_another_version_is_not_turned(house: House) -> None:
    ask = change(house, S.MAINTENANCE_REQUIRED)

    assert house.refusal(ask, caller=everyone(house), if_match=(7,)).code == "VERSION_MISMATCH"
    assert house.ask(ask, caller=everyone(house), if_match=(1,)).version == 2


def test_a_named_action_is_refused_from_elsewhere(house: House) -> None:
    ask = change(house, S.CHECKOUT_DIRTY, only_from=(S.CLEANED_UNINSPECTED,))
    turn(house, S.MAINTENANCE_REQUIRED)

    assert house.refusal(ask, caller=everyone(house)).code == "ILLEGAL_ROOM_TRANSITION"


def test_a_room_out_of_order_is_not_sold_until_it_is_back(house: House) -> None:
    assert house.refusal(change(house, S.OUT_OF_ORDER), caller=everyone(house)).code == "UNTIL_REQUIRED"

    turn(house, S.OUT_OF_ORDER, until=day(3), note="boiler")

    assert house.capacity()[:5] == [1, 1, 1, 2, 2]
    house.hold("BK-A")
    assert house.refusal(house.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"
    house.unit_of_work.moment = START + timedelta(days=1)
    turn(house, S.READY_FOR_GUEST)
    assert house.capacity()[:5] == [1, 2, 2, 2, 2]


def test_a_room_out_of_order_beyond_what_is_on_sale_counts_when_the_nights_come(house: House) -> None:
    turn(house, S.OUT_OF_ORDER, until=day(900))

    assert {row.capacity for row in house.rows(
        "SELECT n.capacity FROM night n JOIN room_type t ON t.id = n.room_type_id WHERE t.code = 'DBL'"
    )} == {1}  # fmt: skip


def test_a_room_that_is_needed_does_not_go_out_of_order(house: House) -> None:
    house.hold("BK-A", 0, 2)
    house.hold("BK-B", 1, 3)

    refused = house.refusal(change(house, S.OUT_OF_ORDER, until=day(5)), caller=everyone(house))

    assert (refused.code, refused.details) == ("WOULD_OVERSELL", {"nights": [day(1).isoformat()]})
    assert house.capacity()[:5] == [2] * 5
    assert house.ask(GetRoom(hotel=house.hotel, room_number="101")).room_status is S.READY_FOR_GUEST


def test_a_room_that_is_given_away_does_not_go_out_of_order(house: House) -> None:
    house.hold("BK-A", 1, 2)
    house.give("BK-A", "101")

    refused = house.refusal(change(house, S.OUT_OF_ORDER, until=day(5)), caller=everyone(house))

    assert (refused.code, refused.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-A"]})


def test_rooms_are_listed_by_number(house: House) -> None:
    def numbers(**asked: Any) -> list[str]:
        return [room.room_number for room in house.ask(ListRooms(hotel=house.hotel, **asked)).results]

    assert numbers() == ["101", "102", "201"]
    assert numbers(search="suite") == numbers(search="20") == ["201"]
    assert numbers(search="%") == []
    assert numbers(page=Page(page=2, page_size=2)) == ["201"]
    assert house.ask(ListRooms(hotel=house.hotel, page=Page(page=9, page_size=2))).count == 3
    turn(house, S.MAINTENANCE_REQUIRED)
    assert numbers(status=S.MAINTENANCE_REQUIRED) == ["101"]
    assert house.refusal(ListRooms(hotel="nowhere")).code == "HOTEL_NOT_FOUND"
