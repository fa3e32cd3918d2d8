"""Assignments of rooms: the refusals, the counters, and one reply for one action."""

import json
from uuid import uuid4

import sqlalchemy as sa

from contracts.rooms.assignments import FindCandidates, TakeRoomBack
from contracts.rooms.events import RoomStatus
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.rooms import ChangeRoom
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import HotelSettings, Permission
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, day, staff


def taking_back(service: RoomsUnderTest, booking_id: str, action_id: str | None = None) -> TakeRoomBack:
    return TakeRoomBack(action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=service.hotel)


def rooms_of(service: RoomsUnderTest, booking_id: str) -> list[str]:
    rows = service.rows(
        "SELECT r.room_number FROM period p JOIN room r ON r.id = p.room_id WHERE p.live AND p.booking_id = :b",
        b=booking_id,
    )
    return [row.room_number for row in rows]


def test_a_room_is_assigned_to_a_booking(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    taken = service.give("BK-A", "101")

    assert (taken.room_number, taken.room_type_name, taken.room_status) == (
        "101", "Double Room", RoomStatus.READY_FOR_GUEST
    )  # fmt: skip
    assert taken.warnings == ()


def test_a_repeated_assignment_gets_the_stored_reply(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    action = service.giving("BK-A", "101", action_id="act-1")
    first = service.ask(action)
    service.ask(taking_back(service, "BK-A"))

    assert service.ask(action) == first
    assert rooms_of(service, "BK-A") == []


def test_an_action_that_an_earlier_version_stored_gets_its_stored_reply(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    reply = {
        "room_number": "101", "room_type_code": "DBL", "room_type_name": "Double Room",
        "room_status": "READY_FOR_GUEST", "warnings": ["ROOM_TYPE_MISMATCH"],
    }  # fmt: skip
    with service.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO action (hotel, action_id, kind, booking_id, done_at, reply)"
                " VALUES (:hotel, :id, 'GiveRoom', 'BK-A', :now, CAST(:reply AS jsonb))"
            ),
            {"hotel": service.hotel, "id": "stored-1", "now": START, "reply": json.dumps(reply)},
        )

    taken = service.ask(service.giving("BK-A", "102", action_id="stored-1"))

    assert (taken.room_number, taken.warnings) == ("101", ("ROOM_TYPE_MISMATCH",))


def test_a_refused_assignment_may_be_repeated(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.hold("BK-B")
    service.give("BK-B", "101")
    action = service.giving("BK-A", "101", action_id="act-1")
    assert service.refusal(action).code == "ROOM_OVERLAP_CONFLICT"
    service.ask(taking_back(service, "BK-B"))

    assert service.ask(action).room_number == "101"


def test_an_action_id_of_another_action_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.ask(service.giving("BK-A", "101", action_id="act-1"))

    assert service.refusal(taking_back(service, "BK-A", "act-1")).code == "ACTION_ID_REUSED"


def test_an_assignment_of_another_room_frees_the_first(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.hold("BK-B")
    service.give("BK-A", "101")

    service.give("BK-A", "102")

    assert rooms_of(service, "BK-A") == ["102"]
    service.give("BK-B", "101")


def test_an_assignment_of_the_same_room_changes_nothing(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")

    assert service.give("BK-A", "101").room_number == "101"
    assert service.rows("SELECT count(*) FROM period")[0][0] == 1


def test_back_to_back_stays_have_the_same_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.hold("BK-B", 2, 4)
    service.give("BK-A", "101")

    assert service.give("BK-B", "101").room_number == "101"


def test_an_assignment_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.hold("BK-B")
    service.give("BK-B", "102")

    assert service.refusal(service.giving("BK-A", "999")).code == "ROOM_NOT_FOUND"
    assert service.refusal(service.giving("BK-NONE", "101")).code == "NOTHING_HELD"
    conflict = service.refusal(service.giving("BK-A", "102"))
    assert (conflict.code, conflict.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-B"]})


def test_an_assignment_in_another_hotel_is_refused(service: RoomsUnderTest) -> None:
    stranger = staff(service, Permission.ASSIGN_ROOMS)
    service.import_hotel()
    service.hold("BK-A")

    assert service.refusal(service.giving("BK-A", "101"), caller=stranger).code == "HOTEL_NOT_FOUND"


def test_an_inactive_room_is_not_assigned(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.ask(ChangeRoom(hotel=service.hotel, room_number="101", is_active=False))

    assert service.refusal(service.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"


def test_an_occupied_room_is_assigned_to_a_later_stay_only(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 1)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)
    service.hold("BK-B", 1, 2)
    service.hold("BK-C", 2, 3)

    assert service.refusal(service.giving("BK-B", "101")).code == "ROOM_OCCUPIED"
    assert service.give("BK-C", "101").room_number == "101"


def test_an_assignment_of_another_type_moves_the_nights_between_the_counters(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    assert service.give("BK-A", "201").warnings == ("ROOM_TYPE_MISMATCH",)

    assert (service.sold("DBL")[:2], service.sold("STE")[:2]) == ([0, 0], [1, 1])
    service.give("BK-A", "101")
    assert (service.sold("DBL")[:2], service.sold("STE")[:2]) == ([1, 1], [0, 0])


def test_an_assignment_of_a_full_type_is_refused_and_changes_nothing(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)
    service.hold("BK-B", 2, 3, room_type="STE")
    service.give("BK-A", "101")

    assert service.refusal(service.giving("BK-A", "201")).code == "SOLD_OUT"

    assert rooms_of(service, "BK-A") == ["101"]
    assert (service.sold("DBL")[:3], service.sold("STE")[:3]) == ([1, 1, 1], [0, 0, 1])


def test_an_assignment_after_the_arrival_moves_the_remaining_nights_only(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)
    service.unit_of_work.moment = service.unit_of_work.moment.replace(day=11)

    service.give("BK-A", "201")

    assert (service.sold("DBL")[:3], service.sold("STE")[:3]) == ([1, 0, 0], [0, 1, 1])


def test_a_strict_hotel_assigns_no_room_of_another_type(service: RoomsUnderTest) -> None:
    service.import_hotel(settings=HotelSettings(strict_room_type=True))
    service.hold("BK-A")

    assert service.refusal(service.giving("BK-A", "201")).code == "ROOM_TYPE_MISMATCH"


def test_the_nights_of_an_unassigned_room_count_on_the_booked_type_again(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "201")

    service.ask(taking_back(service, "BK-A"))
    service.ask(taking_back(service, "BK-A"))

    assert rooms_of(service, "BK-A") == []
    assert (service.sold("DBL")[:2], service.sold("STE")[:2]) == ([1, 1], [0, 0])


def test_the_nights_of_an_unassigned_room_stay_counted_where_the_booked_type_is_full(
    service: RoomsUnderTest,
) -> None:
    service.hold("BK-A")
    service.give("BK-A", "201")
    service.hold("BK-B")
    service.hold("BK-C", 1, 2)

    service.ask(taking_back(service, "BK-A"))

    assert (service.sold("DBL")[:2], service.sold("STE")[:2]) == ([1, 2], [1, 1])


def test_unassigning_a_booking_without_a_room_changes_nothing(service: RoomsUnderTest) -> None:
    service.ask(taking_back(service, "BK-NONE"))
    service.hold("BK-A")
    service.give("BK-A", "101")
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    service.ask(taking_back(service, "BK-A"))

    assert service.sold()[:2] == [0, 0]


def test_a_taken_blocked_or_occupied_room_is_no_candidate(service: RoomsUnderTest) -> None:
    suite = a_type(code="STE", name="Suite", rooms=("201",))
    service.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104", "105")), suite))
    service.hold("BK-A")
    service.hold("BK-B")
    service.give("BK-B", "101")
    manager = staff(service, Permission.MANAGE_ROOMS)
    for number, status, until in (
        ("102", RoomStatus.OUT_OF_ORDER, day(2)),
        ("103", RoomStatus.MAINTENANCE_REQUIRED, None),
    ):
        service.ask(
            ChangeRoomStatus(hotel=service.hotel, room_number=number, to_status=status, until=until), caller=manager
        )

    candidates = service.ask(FindCandidates(hotel=service.hotel, booking_id="BK-A")).rooms

    assert [(room.room_number, room.matches_type) for room in candidates] == [
        ("104", True), ("105", True), ("103", True), ("201", False)
    ]  # fmt: skip
    assert service.refusal(FindCandidates(hotel=service.hotel, booking_id="BK-NONE")).code == "NOTHING_HELD"
