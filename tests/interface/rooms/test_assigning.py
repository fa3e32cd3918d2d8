"""Giving a booking a room: who may have it, which counters follow, and one answer for one action."""

from uuid import uuid4

from contracts.rooms import ChangeRoom, ChangeRoomStatus, FindCandidates, ReleaseInventory, RoomStatus, TakeRoomBack
from contracts.values import HotelSettings, Permission
from tests.interface.rooms.house import House, a_type, day, staff


def taking_back(house: House, booking_id: str, action_id: str | None = None) -> TakeRoomBack:
    return TakeRoomBack(action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=house.hotel)


def rooms_of(house: House, booking_id: str) -> list[str]:
    rows = house.rows(
        "SELECT r.room_number FROM period p JOIN room r ON r.id = p.room_id WHERE p.live AND p.booking_id = :b",
        b=booking_id,
    )
    return [row.room_number for row in rows]


def test_a_booking_is_given_a_room(house: House) -> None:
    house.hold("BK-A")

    taken = house.give("BK-A", "101")

    assert (taken.room_number, taken.room_type_name, taken.room_status) == (
        "101", "Double Room", RoomStatus.READY_FOR_GUEST
    )  # fmt: skip
    assert taken.warnings == ()


def test_the_same_action_again_is_answered_from_memory(house: House) -> None:
    house.hold("BK-A")
    action = house.giving("BK-A", "101", action_id="act-1")
    first = house.ask(action)
    house.ask(taking_back(house, "BK-A"))

    assert house.ask(action) == first
    assert rooms_of(house, "BK-A") == []


def test_an_action_that_was_refused_may_be_tried_again(house: House) -> None:
    house.hold("BK-A")
    house.hold("BK-B")
    house.give("BK-B", "101")
    action = house.giving("BK-A", "101", action_id="act-1")
    assert house.refusal(action).code == "ROOM_OVERLAP_CONFLICT"
    house.ask(taking_back(house, "BK-B"))

    assert house.ask(action).room_number == "101"


def test_an_action_id_is_for_one_action(house: House) -> None:
    house.hold("BK-A")
    house.ask(house.giving("BK-A", "101", action_id="act-1"))

    assert house.refusal(taking_back(house, "BK-A", "act-1")).code == "ACTION_ID_REUSED"


def test_another_room_frees_the_first(house: House) -> None:
    house.hold("BK-A")
    house.hold("BK-B")
    house.give("BK-A", "101")

    house.give("BK-A", "102")

    assert rooms_of(house, "BK-A") == ["102"]
    house.give("BK-B", "101")


def test_the_same_room_again_changes_nothing(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")

    assert house.give("BK-A", "101").room_number == "101"
    assert house.rows("SELECT count(*) FROM period")[0][0] == 1


def test_back_to_back_stays_share_a_room(house: House) -> None:
    house.hold("BK-A", 0, 2)
    house.hold("BK-B", 2, 4)
    house.give("BK-A", "101")

    assert house.give("BK-B", "101").room_number == "101"


def test_a_room_is_refused_for(house: House) -> None:
    house.hold("BK-A")
    house.hold("BK-B")
    house.give("BK-B", "102")

    assert house.refusal(house.giving("BK-A", "999")).code == "ROOM_NOT_FOUND"
    assert house.refusal(house.giving("BK-NONE", "101")).code == "NOTHING_HELD"
    conflict = house.refusal(house.giving("BK-A", "102"))
    assert (conflict.code, conflict.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": ["BK-B"]})


def test_another_hotels_room_and_staff_are_strangers(house: House) -> None:
    stranger = staff(house, Permission.ASSIGN_ROOMS)
    house.import_hotel()
    house.hold("BK-A")

    assert house.refusal(house.giving("BK-A", "101"), caller=stranger).code == "HOTEL_NOT_FOUND"


def test_an_inactive_room_is_not_bookable(house: House) -> None:
    house.hold("BK-A")
    house.ask(ChangeRoom(hotel=house.hotel, room_number="101", is_active=False))

    assert house.refusal(house.giving("BK-A", "101")).code == "ROOM_NOT_BOOKABLE"


def test_a_room_lived_in_is_given_to_a_later_stay_only(house: House) -> None:
    house.hold("BK-A", 0, 1)
    house.give("BK-A", "101")
    house.move_in("BK-A")
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)
    house.hold("BK-B", 1, 2)
    house.hold("BK-C", 2, 3)

    assert house.refusal(house.giving("BK-B", "101")).code == "ROOM_OCCUPIED"
    assert house.give("BK-C", "101").room_number == "101"


def test_an_upgrade_moves_the_nights_between_the_counters(house: House) -> None:
    house.hold("BK-A")

    assert house.give("BK-A", "201").warnings == ("ROOM_TYPE_MISMATCH",)

    assert (house.sold("DBL")[:2], house.sold("STE")[:2]) == ([0, 0], [1, 1])
    house.give("BK-A", "101")
    assert (house.sold("DBL")[:2], house.sold("STE")[:2]) == ([1, 1], [0, 0])


def test_an_upgrade_into_a_full_type_is_refused_and_changes_nothing(house: House) -> None:
    house.hold("BK-A", 0, 3)
    house.hold("BK-B", 2, 3, room_type="STE")
    house.give("BK-A", "101")

    assert house.refusal(house.giving("BK-A", "201")).code == "SOLD_OUT"

    assert rooms_of(house, "BK-A") == ["101"]
    assert (house.sold("DBL")[:3], house.sold("STE")[:3]) == ([1, 1, 1], [0, 0, 1])


def test_a_late_guest_moves_only_the_nights_that_remain(house: House) -> None:
    house.hold("BK-A", 0, 3)
    house.unit_of_work.moment = house.unit_of_work.moment.replace(day=11)

    house.give("BK-A", "201")

    assert (house.sold("DBL")[:3], house.sold("STE")[:3]) == ([1, 0, 0], [0, 1, 1])


def test_a_strict_hotel_gives_no_other_type(house: House) -> None:
    house.import_hotel(settings=HotelSettings(strict_room_type=True))
    house.hold("BK-A")

    assert house.refusal(house.giving("BK-A", "201")).code == "ROOM_TYPE_MISMATCH"


def test_a_room_taken_back_counts_on_the_booked_type_again(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "201")

    house.ask(taking_back(house, "BK-A"))
    house.ask(taking_back(house, "BK-A"))

    assert rooms_of(house, "BK-A") == []
    assert (house.sold("DBL")[:2], house.sold("STE")[:2]) == ([1, 1], [0, 0])


def test_a_room_taken_back_stays_counted_where_it_was_if_the_booked_type_is_full_by_now(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "201")
    house.hold("BK-B")
    house.hold("BK-C", 1, 2)

    house.ask(taking_back(house, "BK-A"))

    assert (house.sold("DBL")[:2], house.sold("STE")[:2]) == ([1, 2], [1, 1])


def test_taking_a_room_back_from_a_booking_that_has_none_does_nothing(house: House) -> None:
    house.ask(taking_back(house, "BK-NONE"))
    house.hold("BK-A")
    house.give("BK-A", "101")
    house.ask(ReleaseInventory(booking_id="BK-A"))

    house.ask(taking_back(house, "BK-A"))

    assert house.sold()[:2] == [0, 0]


def test_candidates_leave_out_what_is_taken_blocked_or_lived_in(house: House) -> None:
    suite = a_type(code="STE", name="Suite", rooms=("201",))
    house.import_hotel(room_types=(a_type(rooms=("101", "102", "103", "104", "105")), suite))
    house.hold("BK-A")
    house.hold("BK-B")
    house.give("BK-B", "101")
    manager = staff(house, Permission.MANAGE_ROOMS)
    for number, status, until in (
        ("102", RoomStatus.OUT_OF_ORDER, day(2)),
        ("103", RoomStatus.MAINTENANCE_REQUIRED, None),
    ):
        house.ask(
            ChangeRoomStatus(hotel=house.hotel, room_number=number, to_status=status, until=until), caller=manager
        )

    found = house.ask(FindCandidates(hotel=house.hotel, booking_id="BK-A")).rooms

    assert [(room.room_number, room.matches_type) for room in found] == [
        ("104", True), ("105", True), ("103", True), ("201", False)
    ]  # fmt: skip
    assert house.refusal(FindCandidates(hotel=house.hotel, booking_id="BK-NONE")).code == "NOTHING_HELD"
