"""Room types: added, changed, removed and listed."""

import pytest

from contracts.rooms.availability import CheckAvailability
from contracts.rooms.room_types import ChangeRoomType, GetRoomType, ListRoomTypes, RemoveRoomType
from contracts.rooms.rooms import AddRoom, ListRooms, RemoveRoom
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import adding_room_type, manager, quoting


def test_a_room_type_is_added_filled_sold_and_removed(service: RoomsUnderTest) -> None:
    made = service.ask(adding_room_type(service), caller=manager(service))
    service.ask(AddRoom(hotel=service.hotel, room_number="301", room_type="FAM"))

    assert (made.rooms, made.base_price.text) == (0, "180.00")
    assert service.ask(GetRoomType(hotel=service.hotel, code="fam")).rooms == 1
    assert service.capacity("FAM") == [1] * 10
    assert service.refusal(RemoveRoomType(hotel=service.hotel, code="FAM")).code == "ROOM_TYPE_IN_USE"
    service.ask(RemoveRoom(hotel=service.hotel, room_number="301"))
    service.ask(RemoveRoomType(hotel=service.hotel, code="FAM"))
    assert service.refusal(quoting(service, room_type="FAM")).code == "ROOM_TYPE_NOT_FOUND"
    available = service.ask(CheckAvailability(hotel=service.hotel, check_in=day(0), check_out=day(1))).room_types
    assert [each.room_type_code for each in available] == ["DBL", "STE"]


def test_a_removed_room_type_may_be_added_again(service: RoomsUnderTest) -> None:
    service.ask(adding_room_type(service))
    service.ask(RemoveRoomType(hotel=service.hotel, code="FAM"))

    back = service.ask(adding_room_type(service, name="Family again"))
    service.ask(AddRoom(hotel=service.hotel, room_number="301", room_type="FAM"))

    assert back.name == "Family again"
    assert service.hold("BK-A", 0, 2, room_type="FAM").room_type_name == "Family again"


def test_a_room_type_with_sold_nights_is_not_removed(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 2, 3, room_type="STE")
    service.give("BK-A", "101")
    service.ask(RemoveRoom(hotel=service.hotel, room_number="201"))
    service.hold("BK-B", 4, 5)
    service.ask(RemoveRoomType(hotel=service.hotel, code="STE"))

    service.import_hotel()
    service.hold("BK-C", 2, 3, room_type="STE")
    assert service.refusal(RemoveRoomType(hotel=service.hotel, code="STE")).code == "ROOM_TYPE_IN_USE"


def test_an_unassigned_room_leaves_its_nights_where_the_booked_type_was_removed(service: RoomsUnderTest) -> None:
    from contracts.rooms.assignments import TakeRoomBack

    service.hold("BK-A", 2, 3, room_type="STE")
    service.give("BK-A", "101")
    service.ask(RemoveRoom(hotel=service.hotel, room_number="201"))
    service.ask(RemoveRoomType(hotel=service.hotel, code="STE"))

    service.ask(TakeRoomBack(action_id="back", booking_id="BK-A", hotel=service.hotel))

    assert service.sold()[:4] == [0, 0, 1, 0]


def test_a_change_of_a_room_type_applies_to_later_holds(service: RoomsUnderTest) -> None:
    before = service.hold("BK-A")
    changed = service.ask(ChangeRoomType(hotel=service.hotel, code="DBL", base_price="110.00", max_occupancy=3))

    assert (changed.base_price.text, changed.max_occupancy, changed.name) == ("110.00", 3, "Double Room")
    assert service.hold("BK-B", adults=3).price.subtotal.text == "220.00"
    assert service.hold("BK-A") == before


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"code": "dbl"}, "ROOM_TYPE_EXISTS", set()),
        ({"code": "a b"}, "VALIDATION_ERROR", {"code"}),
        ({"name": "double ROOM"}, "VALIDATION_ERROR", {"name"}),
        ({"name": "ste"}, "VALIDATION_ERROR", {"name"}),
        ({"name": " "}, "VALIDATION_ERROR", {"name"}),
        ({"max_occupancy": 0}, "VALIDATION_ERROR", {"max_occupancy"}),
        ({"base_price": "1.234"}, "VALIDATION_ERROR", {"base_price"}),
        ({"policy": "NONE"}, "VALIDATION_ERROR", {"policy"}),
    ],
)
def test_an_invalid_room_type_is_refused(
    service: RoomsUnderTest, values: dict[str, object], code: str, fields: set[str]
) -> None:
    refused = service.refusal(adding_room_type(service, **values))

    assert (refused.code, {error["field"] for error in refused.errors}) == (code, fields)


def test_room_types_are_listed_and_searched(service: RoomsUnderTest) -> None:
    assert [each.code for each in service.ask(ListRoomTypes(hotel=service.hotel)).results] == ["DBL", "STE"]
    assert service.ask(ListRoomTypes(hotel=service.hotel, search="suit")).count == 1


@pytest.mark.parametrize("search", ["superieure", "SUPÉRIEURE", "Supe\u0301rieure", "\ufb01ne", "fin\u200be"])
def test_room_types_and_rooms_are_found_without_case_accents_and_compatibility_forms(
    service: RoomsUnderTest, search: str
) -> None:
    service.ask(adding_room_type(service, name="Chambre Supérieure FINE"))
    service.ask(AddRoom(hotel=service.hotel, room_number="301", room_type="FAM"))

    types = service.ask(ListRoomTypes(hotel=service.hotel, search=search))
    rooms = service.ask(ListRooms(hotel=service.hotel, search=search))

    assert [each.code for each in types.results] == ["FAM"]
    assert [each.room_number for each in rooms.results] == ["301"]
    assert service.ask(ListRoomTypes(hotel=service.hotel, search="\u200b")).count == 3
    assert service.ask(ListRoomTypes(hotel=service.hotel, search="%")).count == 0
