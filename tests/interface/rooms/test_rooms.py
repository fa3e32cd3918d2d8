"""Rooms added, changed and removed by hand: the counters follow, and no sold night loses its room."""

import pytest
import sqlalchemy as sa

from contracts.rooms.events import AvailabilityChanged, RoomStatus
from contracts.rooms.rooms import AddRoom, ChangeRoom, GetRoom, GetRoomHistory, ListRooms, RemoveRoom, RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once, day, staff

pytestmark = pytest.mark.usefixtures("consistent_capacity")


def manager(service: RoomsUnderTest) -> Caller:
    return staff(service, Permission.MANAGE_ROOMS)


def adding(service: RoomsUnderTest, room_number: str = "103", **values: object) -> AddRoom:
    return AddRoom(**({"hotel": service.hotel, "room_number": room_number, "room_type": "DBL"} | values))


def changing(service: RoomsUnderTest, room_number: str = "101", **values: object) -> ChangeRoom:
    return ChangeRoom(hotel=service.hotel, room_number=room_number, **values)


def removing(service: RoomsUnderTest, room_number: str = "101") -> RemoveRoom:
    return RemoveRoom(hotel=service.hotel, room_number=room_number)


def room(service: RoomsUnderTest, number: str = "101") -> RoomView:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number))


def out_of_order(service: RoomsUnderTest, number: str, until: int) -> None:
    service.ask(
        ChangeRoomStatus(
            hotel=service.hotel, room_number=number, to_status=RoomStatus.OUT_OF_ORDER, until=day(until), note="pipe"
        )
    )


def test_an_added_room_is_on_sale_at_once(service: RoomsUnderTest) -> None:
    added = service.ask(adding(service, room_type="double room", floor=1, notes="lake view"), caller=manager(service))

    assert (added.room_type_code, added.floor, added.notes, added.version) == ("DBL", 1, "lake view", 1)
    assert added.room_status is RoomStatus.READY_FOR_GUEST
    assert service.capacity() == [3] * 10
    assert [event.room_types for event in service.events(AvailabilityChanged)[1:]] == [("DBL",)]


def test_an_added_room_with_a_known_number_or_an_invalid_one_is_refused(service: RoomsUnderTest) -> None:
    assert service.refusal(adding(service, "101")).code == "ROOM_EXISTS"
    assert service.refusal(adding(service, room_type="BARN")).code == "ROOM_TYPE_NOT_FOUND"
    for number in ("checkout", "rooms", "1-2", "x" * 11):
        refused = service.refusal(adding(service, number))
        assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", "room_number")


def test_an_inactive_room_adds_no_capacity_until_it_is_active(service: RoomsUnderTest) -> None:
    service.ask(adding(service, is_active=False))
    assert service.capacity() == [2] * 10

    assert service.ask(changing(service, "103", is_active=True)).is_active

    assert service.capacity() == [3] * 10


def test_a_deactivated_room_is_not_sold(service: RoomsUnderTest) -> None:
    changed = service.ask(changing(service, is_active=False), caller=manager(service))

    assert (changed.is_active, changed.version) == (False, 2)
    assert service.capacity() == [1] * 10


def test_a_change_of_floor_and_notes_leaves_the_counters(service: RoomsUnderTest) -> None:
    changed = service.ask(changing(service, floor=3, notes="quiet"))
    again = service.ask(changing(service, floor=3))
    bare = service.ask(changing(service, clear=("floor",)))
    refused = service.refusal(changing(service, clear=("notes", "room_type"), room_type="BARN"))

    assert [error["field"] for error in refused.errors] == ["notes", "room_type"]
    assert (changed.floor, changed.notes, again.version, bare.floor, bare.notes) == (3, "quiet", 2, None, "quiet")
    assert service.events(AvailabilityChanged)[1:] == []
    assert service.ask(GetRoomHistory(hotel=service.hotel, room_number="101")).changes == ()
    trail = service.rows("SELECT what, sequence, why FROM audit WHERE subject = :s ORDER BY sequence",
                       s=f"room/{service.hotel}/101")  # fmt: skip
    assert [(row.what, row.sequence, row.why) for row in trail][1:] == [
        ("RoomChanged", 2, "floor, notes"), ("RoomChanged", 3, "floor"),
    ]  # fmt: skip


def test_a_change_of_type_moves_the_capacity(service: RoomsUnderTest) -> None:
    changed = service.ask(changing(service, room_type="STE"))

    assert changed.room_type_code == "STE"
    assert (service.capacity("DBL"), service.capacity("STE")) == ([1] * 10, [2] * 10)


def test_a_blocked_room_changes_the_capacity_of_its_other_nights_only(service: RoomsUnderTest) -> None:
    out_of_order(service, "101", 3)
    assert service.capacity()[:5] == [1, 1, 1, 2, 2]

    service.ask(changing(service, is_active=False))
    assert service.capacity()[:5] == [1] * 5

    service.ask(changing(service, is_active=True))
    assert service.capacity()[:5] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("act", ["remove", "deactivate", "retype"])
def test_a_change_that_would_oversell_is_refused_with_the_nights(service: RoomsUnderTest, act: str) -> None:
    service.hold("BK-A", 1, 3)
    service.hold("BK-B", 2, 4)
    ask = {
        "remove": removing(service),
        "deactivate": changing(service, is_active=False),
        "retype": changing(service, room_type="STE"),
    }[act]

    refused = service.refusal(ask, caller=manager(service))

    assert (refused.code, refused.details["nights"]) == ("WOULD_OVERSELL", [day(2).isoformat()])
    assert service.capacity() == [2] * 10
    assert (room(service).is_active, room(service).version) == (True, 1)


@pytest.mark.parametrize("act", ["remove", "deactivate", "retype"])
def test_a_room_with_a_live_stay_is_neither_deactivated_nor_removed(service: RoomsUnderTest, act: str) -> None:
    service.hold("BK-A", 5, 7)
    service.give("BK-A", "101")
    ask = {
        "remove": removing(service),
        "deactivate": changing(service, is_active=False),
        "retype": changing(service, room_type="STE"),
    }[act]

    refused = service.refusal(ask)

    assert (refused.code, refused.details["conflicts"]) == ("ROOM_IN_USE", ["BK-A"])


def test_a_removed_room_keeps_its_audit_rows(service: RoomsUnderTest) -> None:
    out_of_order(service, "101", 3)

    service.ask(removing(service), caller=manager(service))

    assert service.refusal(GetRoom(hotel=service.hotel, room_number="101")).code == "ROOM_NOT_FOUND"
    assert service.ask(ListRooms(hotel=service.hotel)).count == 2
    assert service.capacity() == [1] * 10
    assert service.refusal(removing(service)).code == "ROOM_NOT_FOUND"
    assert len(service.rows("SELECT 1 FROM audit WHERE subject = :s", s=f"room/{service.hotel}/101")) == 3


def test_a_removed_room_comes_back_with_its_history(service: RoomsUnderTest) -> None:
    before = room(service)
    service.ask(removing(service))

    back = service.ask(adding(service, "101", notes="new carpet"))

    assert (back.id, back.notes, back.version) == (before.id, "new carpet", 3)
    assert service.capacity() == [2] * 10


def test_an_import_does_not_bring_back_a_removed_room(service: RoomsUnderTest) -> None:
    definition = service.import_hotel()
    service.ask(removing(service))

    service.import_hotel(slug=definition.slug)

    assert service.capacity() == [1] * 10


def test_a_change_of_another_version_of_the_room_is_refused(service: RoomsUnderTest) -> None:
    assert service.refusal(changing(service, floor=2), if_match=(7,)).code == "VERSION_MISMATCH"
    assert service.refusal(removing(service), if_match=(7,)).code == "VERSION_MISMATCH"
    assert service.ask(changing(service, floor=2), if_match=(1,)).version == 2


def test_a_change_of_a_room_needs_the_permission_in_this_hotel(service: RoomsUnderTest) -> None:
    clerk = staff(service, *(set(Permission) - {Permission.MANAGE_ROOMS}))
    stranger = Caller(kind="staff", staff_id="8", hotel="elsewhere", permissions=frozenset(Permission))

    for ask in (adding(service), changing(service, floor=1), removing(service)):
        assert service.refusal(ask, caller=clerk).code == "PERMISSION_DENIED"
        assert service.refusal(ask, caller=stranger).code == "HOTEL_NOT_FOUND"
        assert service.refusal(ask, caller=Caller()).code == "PERMISSION_DENIED"


def test_of_a_concurrent_removal_and_sale_of_the_last_room_one_succeeds(service: RoomsUnderTest) -> None:
    for turn in range(6):
        number, booking = f"9{turn}", f"BK-{turn}"
        service.import_hotel()
        service.ask(adding(service, number, room_type="STE"))
        service.ask(removing(service, "201"))

        answers = at_once(
            [
                lambda b=booking: service.hold(b, room_type="STE"),
                lambda n=number: service.ask(removing(service, n)),
            ]
        )

        codes = [getattr(answer, "code", None) for answer in answers]
        assert codes in ([None, "WOULD_OVERSELL"], ["SOLD_OUT", None])
        assert service.nights_with_wrong_capacity() == []


def test_an_unguarded_removal_would_oversell(service: RoomsUnderTest) -> None:
    """The negative control: the room's row alone changes, and more is sold than the capacity."""
    service.hold("BK-A", room_type="STE")
    suite = "UPDATE room SET is_active = :active WHERE room_number = '201' AND hotel = :hotel"

    with service.engine.begin() as connection:
        connection.execute(sa.text(suite), {"active": False, "hotel": service.hotel})

    assert service.nights_with_wrong_capacity() != []
    with service.engine.begin() as connection:
        connection.execute(sa.text(suite), {"active": True, "hotel": service.hotel})


def test_a_removed_room_cannot_be_active(service: RoomsUnderTest) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="room_removed_is_out_of_service"), service.engine.begin() as open_:
        open_.execute(sa.text("UPDATE room SET removed_at = now() WHERE hotel = :hotel"), {"hotel": service.hotel})


def test_a_number_beyond_its_column_is_an_invalid_message(service: RoomsUnderTest) -> None:
    for number in (2**31, 10**12, 2**63, 10**30):
        assert service.refusal(ListRooms(hotel=service.hotel, floor=number)).code == "INVALID_MESSAGE"
        assert service.refusal(adding(service, "909", floor=number)).code == "INVALID_MESSAGE"
