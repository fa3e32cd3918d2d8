"""The turnover of a room: each change writes one row and one event, and an out-of-order room is not counted."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.rooms.events import ChangeSource, RoomStatus, RoomStatusChanged
from contracts.rooms.rooms import GetRoom, GetRoomHistory, ListRooms, RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Page, Permission
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day, staff

S = RoomStatus
P = Permission

pytestmark = pytest.mark.usefixtures("consistent_capacity")


def change(service: RoomsUnderTest, to_status: RoomStatus, **overrides: Any) -> ChangeRoomStatus:
    return ChangeRoomStatus(**({"hotel": service.hotel, "room_number": "101", "to_status": to_status} | overrides))


def turn(service: RoomsUnderTest, *statuses: RoomStatus, caller: Caller | None = None, **overrides: Any) -> RoomView:
    view = None
    for status in statuses:
        view = service.ask(change(service, status, **overrides), caller=caller or everyone(service))
    assert view
    return view


def everyone(service: RoomsUnderTest) -> Caller:
    return staff(service, P.CLEAN, P.INSPECT, P.OVERRIDE, P.MANAGE_ROOMS)


def dirty(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 1)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.ask(service.moving_out("BK-A", day(0)))


def test_a_room_goes_through_its_turnover(service: RoomsUnderTest) -> None:
    dirty(service)
    service.unit_of_work.moment = START + timedelta(hours=1)
    cleaner, inspector = staff(service, P.CLEAN), staff(service, P.INSPECT)

    turn(service, S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED, caller=cleaner)
    view = turn(service, S.READY_FOR_GUEST, caller=inspector)

    assert (view.room_status, view.version) == (S.READY_FOR_GUEST, 6)
    assert view.last_cleaned_at == view.last_inspected_at == START + timedelta(hours=1)
    changes = service.ask(GetRoomHistory(hotel=service.hotel, room_number="101")).changes
    assert [(row.old_status, row.new_status) for row in reversed(changes)] == [
        (S.READY_FOR_GUEST, S.OCCUPIED),
        (S.OCCUPIED, S.CHECKOUT_DIRTY),
        (S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS),
        (S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED),
        (S.CLEANED_UNINSPECTED, S.READY_FOR_GUEST),
    ]
    assert (changes[0].source, changes[0].by.id) == (ChangeSource.HOUSEKEEPING, "7")
    assert len(service.events(RoomStatusChanged)) == 5
    assert service.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL") == []


def test_a_change_to_the_same_status_writes_no_row(service: RoomsUnderTest) -> None:
    dirty(service)

    view = turn(service, S.CHECKOUT_DIRTY, caller=staff(service))

    assert view.version == 3
    assert len(service.events(RoomStatusChanged)) == 2


def test_a_status_change_of_an_occupied_room_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    service.move_in("BK-A")

    for status in set(S) - {S.OCCUPIED}:
        assert service.refusal(change(service, status), caller=everyone(service)).code == "ROOM_HAS_GUEST"


@pytest.mark.parametrize("status", [S.OCCUPIED, S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED])
def test_a_ready_room_does_not_become_dirty_by_hand(service: RoomsUnderTest, status: RoomStatus) -> None:
    assert service.refusal(change(service, status), caller=everyone(service)).code == "ILLEGAL_ROOM_TRANSITION"


def test_skipping_the_inspection_needs_the_permission_and_a_note(service: RoomsUnderTest) -> None:
    dirty(service)
    supervisor = staff(service, P.CLEAN, P.INSPECT, P.OVERRIDE)

    assert (
        service.refusal(change(service, S.READY_FOR_GUEST), caller=staff(service, P.INSPECT)).code
        == "PERMISSION_DENIED"
    )
    assert service.refusal(change(service, S.READY_FOR_GUEST), caller=supervisor).code == "NOTE_REQUIRED"
    turn(service, S.READY_FOR_GUEST, caller=supervisor, note="VIP waits in the lobby")

    [event] = service.events(RoomStatusChanged)[-1:]
    assert event.source is ChangeSource.MANAGER_OVERRIDE
    row = service.ask(GetRoomHistory(hotel=service.hotel, room_number="101")).changes[0]
    assert row.note == "VIP waits in the lobby"
    assert service.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%lobby%'") == []


def test_staff_of_another_hotel_and_guests_change_no_status(service: RoomsUnderTest) -> None:
    stranger = Caller(kind="staff", hotel="elsewhere", permissions=frozenset(P))

    assert service.refusal(change(service, S.MAINTENANCE_REQUIRED), caller=stranger).code == "HOTEL_NOT_FOUND"
    assert service.refusal(change(service, S.MAINTENANCE_REQUIRED), caller=Caller()).code == "PERMISSION_DENIED"
    assert service.refusal(change(service, S.OUT_OF_ORDER, room_number="9")).code == "ROOM_NOT_FOUND"


def test_a_status_change_of_another_version_is_refused(service: RoomsUnderTest) -> None:
    ask = change(service, S.MAINTENANCE_REQUIRED)

    assert service.refusal(ask, caller=everyone(service), if_match=(7,)).code == "VERSION_MISMATCH"
    assert service.ask(ask, caller=everyone(service), if_match=(1,)).version == 2


def test_a_named_action_is_refused_from_other_statuses(service: RoomsUnderTest) -> None:
    ask = change(service, S.CHECKOUT_DIRTY, only_from=(S.CLEANED_UNINSPECTED,))
    turn(service, S.MAINTENANCE_REQUIRED)

    assert service.refusal(ask, caller=everyone(service)).code == "ILLEGAL_ROOM_TRANSITION"


def test_an_out_of_order_room_is_not_sold_until_its_return(service: RoomsUnderTest) -> None:
    assert service.refusal(change(service, S.OUT_OF_ORDER), caller=everyone(service)).code == "UNTIL_REQUIRED"

    turn(service, S.OUT_OF_ORDER, until=day(3), note="boiler")

    assert service.capacity()[:5] == [1, 1, 1, 2, 2]
    service.hold("BK-A")
    assert service.refusal(service.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"
    service.unit_of_work.moment = START + timedelta(days=1)
    turn(service, S.READY_FOR_GUEST)
    assert service.capacity()[:5] == [1, 2, 2, 2, 2]


def test_an_out_of_order_room_counts_on_nights_that_come_on_sale(service: RoomsUnderTest) -> None:
    turn(service, S.OUT_OF_ORDER, until=day(900))

    assert {row.capacity for row in service.rows(
        "SELECT n.capacity FROM night n JOIN room_type t ON t.id = n.room_type_id WHERE t.code = 'DBL'"
    )} == {1}  # fmt: skip


def test_out_of_order_is_refused_for_a_room_that_is_needed(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.hold("BK-B", 1, 3)

    refused = service.refusal(change(service, S.OUT_OF_ORDER, until=day(5)), caller=everyone(service))

    assert (refused.code, refused.details) == ("WOULD_OVERSELL", {"nights": [day(1).isoformat()]})
    assert service.capacity()[:5] == [2] * 5
    assert service.ask(GetRoom(hotel=service.hotel, room_number="101")).room_status is S.READY_FOR_GUEST


def test_out_of_order_is_refused_for_an_assigned_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 2)
    service.give("BK-A", "101")

    refused = service.refusal(change(service, S.OUT_OF_ORDER, until=day(5)), caller=everyone(service))

    assert (refused.code, refused.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-A"]})


def test_rooms_are_listed_by_number(service: RoomsUnderTest) -> None:
    def numbers(**params: Any) -> list[str]:
        return [room.room_number for room in service.ask(ListRooms(hotel=service.hotel, **params)).results]

    assert numbers() == ["101", "102", "201"]
    assert numbers(search="suite") == numbers(search="20") == ["201"]
    assert numbers(search="%") == []
    assert numbers(page=Page(page=2, page_size=2)) == ["201"]
    assert service.ask(ListRooms(hotel=service.hotel, page=Page(page=9, page_size=2))).count == 3
    turn(service, S.MAINTENANCE_REQUIRED)
    assert numbers(status=S.MAINTENANCE_REQUIRED) == ["101"]
    assert service.refusal(ListRooms(hotel="nowhere")).code == "HOTEL_NOT_FOUND"
