"""Rooms come and go by hand: the counters follow at once, and nothing that is sold loses its room."""

import pytest
import sqlalchemy as sa

from contracts.rooms import (
    AddRoom,
    AvailabilityChanged,
    ChangeRoom,
    ChangeRoomStatus,
    GetRoom,
    GetRoomHistory,
    ListRooms,
    RemoveRoom,
    RoomStatus,
    RoomView,
)
from contracts.values import Caller, Permission
from tests.interface.rooms.house import House, at_once, day, staff

pytestmark = pytest.mark.usefixtures("fitting")


def manager(house: House) -> Caller:
    return staff(house, Permission.MANAGE_ROOMS)


def adding(house: House, room_number: str = "103", **facts: object) -> AddRoom:
    return AddRoom(**({"hotel": house.hotel, "room_number": room_number, "room_type": "DBL"} | facts))


def changing(house: House, room_number: str = "101", **facts: object) -> ChangeRoom:
    return ChangeRoom(hotel=house.hotel, room_number=room_number, **facts)


def removing(house: House, room_number: str = "101") -> RemoveRoom:
    return RemoveRoom(hotel=house.hotel, room_number=room_number)


def room(house: House, number: str = "101") -> RoomView:
    return house.ask(GetRoom(hotel=house.hotel, room_number=number))


def out_of_order(house: House, number: str, until: int) -> None:
    house.ask(
        ChangeRoomStatus(
            hotel=house.hotel, room_number=number, to_status=RoomStatus.OUT_OF_ORDER, until=day(until), note="pipe"
        )
    )


def test_a_new_room_is_on_sale_at_once(house: House) -> None:
    added = house.ask(adding(house, room_type="double room", floor=1, notes="lake view"), caller=manager(house))

    assert (added.room_type_code, added.floor, added.notes, added.version) == ("DBL", 1, "lake view", 1)
    assert added.room_status is RoomStatus.READY_FOR_GUEST
    assert house.capacity() == [3] * 10
    assert [event.room_types for event in house.events(AvailabilityChanged)] == [("DBL",)]


def test_a_room_is_refused_that_is_there_or_has_no_proper_number_or_type(house: House) -> None:
    assert house.refusal(adding(house, "101")).code == "ROOM_EXISTS"
    assert house.refusal(adding(house, room_type="BARN")).code == "ROOM_TYPE_NOT_FOUND"
    for number in ("checkout", "rooms", "1-2", "x" * 11):
        refused = house.refusal(adding(house, number))
        assert (refused.code, refused.errors[0]["field"]) == ("VALIDATION_ERROR", "room_number")


def test_an_inactive_room_adds_nothing_until_it_is_put_in_service(house: House) -> None:
    house.ask(adding(house, is_active=False))
    assert house.capacity() == [2] * 10

    assert house.ask(changing(house, "103", is_active=True)).is_active

    assert house.capacity() == [3] * 10


def test_a_room_out_of_service_is_not_sold(house: House) -> None:
    changed = house.ask(changing(house, is_active=False), caller=manager(house))

    assert (changed.is_active, changed.version) == (False, 2)
    assert house.capacity() == [1] * 10


def test_what_a_room_is_changes_without_touching_its_counters(house: House) -> None:
    changed = house.ask(changing(house, floor=3, notes="quiet"))
    again = house.ask(changing(house, floor=3))
    bare = house.ask(changing(house, clear=("floor",)))

    assert (changed.floor, changed.notes, again.version, bare.floor, bare.notes) == (3, "quiet", 2, None, "quiet")
    assert house.events(AvailabilityChanged) == []
    assert house.ask(GetRoomHistory(hotel=house.hotel, room_number="101")).changes == ()
    trail = house.rows("SELECT what, sequence, why FROM audit WHERE subject = :s ORDER BY sequence",
                       s=f"room/{house.hotel}/101")  # fmt: skip
    assert [(row.what, row.sequence, row.why) for row in trail][1:] == [
        ("RoomChanged", 2, "floor, notes"), ("RoomChanged", 3, "floor"),
    ]  # fmt: skip


def test_a_room_of_another_type_counts_there(house: House) -> None:
    changed = house.ask(changing(house, room_type="STE"))

    assert changed.room_type_code == "STE"
    assert (house.capacity("DBL"), house.capacity("STE")) == ([1] * 10, [2] * 10)


def test_a_blocked_room_comes_and_goes_without_its_blocked_nights(house: House) -> None:
    out_of_order(house, "101", 3)
    assert house.capacity()[:5] == [1, 1, 1, 2, 2]

    house.ask(changing(house, is_active=False))
    assert house.capacity()[:5] == [1] * 5

    house.ask(changing(house, is_active=True))
    assert house.capacity()[:5] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("act", ["remove", "deactivate", "retype"])
def test_a_room_that_would_be_missed_stays_and_the_nights_are_named(house: House, act: str) -> None:
    house.hold("BK-A", 1, 3)
    house.hold("BK-B", 2, 4)
    ask = {
        "remove": removing(house),
        "deactivate": changing(house, is_active=False),
        "retype": changing(house, room_type="STE"),
    }[act]

    refused = house.refusal(ask, caller=manager(house))

    assert (refused.code, refused.details["nights"]) == ("WOULD_OVERSELL", [day(2).isoformat()])
    assert house.capacity() == [2] * 10
    assert (room(house).is_active, room(house).version) == (True, 1)


@pytest.mark.parametrize("act", ["remove", "deactivate", "retype"])
def test_a_room_that_a_live_stay_has_stays(house: House, act: str) -> None:
    house.hold("BK-A", 5, 7)
    house.give("BK-A", "101")
    ask = {
        "remove": removing(house),
        "deactivate": changing(house, is_active=False),
        "retype": changing(house, room_type="STE"),
    }[act]

    refused = house.refusal(ask)

    assert (refused.code, refused.details["conflicts"]) == ("ROOM_IN_USE", ["BK-A"])


def test_a_removed_room_is_gone_and_its_history_stays(house: House) -> None:
    out_of_order(house, "101", 3)

    house.ask(removing(house), caller=manager(house))

    assert house.refusal(GetRoom(hotel=house.hotel, room_number="101")).code == "ROOM_NOT_FOUND"
    assert house.ask(ListRooms(hotel=house.hotel)).count == 2
    assert house.capacity() == [1] * 10
    assert house.refusal(removing(house)).code == "ROOM_NOT_FOUND"
    assert len(house.rows("SELECT 1 FROM audit WHERE subject = :s", s=f"room/{house.hotel}/101")) == 3


def test_a_removed_room_comes_back_as_the_door_it_was(house: House) -> None:
    before = room(house)
    house.ask(removing(house))

    back = house.ask(adding(house, "101", notes="new carpet"))

    assert (back.id, back.notes, back.version) == (before.id, "new carpet", 3)
    assert house.capacity() == [2] * 10


def test_an_import_does_not_bring_back_what_was_removed(house: House) -> None:
    definition = house.import_hotel()
    house.ask(removing(house))

    house.import_hotel(slug=definition.slug)

    assert house.capacity() == [1] * 10


def test_a_version_that_is_not_the_rooms_is_refused(house: House) -> None:
    assert house.refusal(changing(house, floor=2), if_match=(7,)).code == "VERSION_MISMATCH"
    assert house.refusal(removing(house), if_match=(7,)).code == "VERSION_MISMATCH"
    assert house.ask(changing(house, floor=2), if_match=(1,)).version == 2


def test_only_those_who_manage_rooms_of_this_hotel_may(house: House) -> None:
    conversation = staff(house, *(set(Permission) - {Permission.MANAGE_ROOMS}))
    stranger = Caller(kind="staff", staff_id="8", hotel="elsewhere", permissions=frozenset(Permission))

    for ask in (adding(house), changing(house, floor=1), removing(house)):
        assert house.refusal(ask, caller=conversation).code == "PERMISSION_DENIED"
        assert house.refusal(ask, caller=stranger).code == "HOTEL_NOT_FOUND"
        assert house.refusal(ask, caller=Caller()).code == "PERMISSION_DENIED"


def test_of_removing_the_last_room_and_selling_it_at_once_one_happens(house: House) -> None:
    for turn in range(6):
        number, booking = f"9{turn}", f"BK-{turn}"
        house.import_hotel()
        house.ask(adding(house, number, room_type="STE"))
        house.ask(removing(house, "201"))

        answers = at_once(
            [
                lambda b=booking: house.hold(b, room_type="STE"),
                lambda n=number: house.ask(removing(house, n)),
            ]
        )

        codes = [getattr(answer, "code", None) for answer in answers]
        assert codes in ([None, "WOULD_OVERSELL"], ["SOLD_OUT", None])
        assert house.misfitted() == []


def test_without_the_guard_a_room_would_go_from_under_a_booking(house: House) -> None:
    """The negative control: the room row alone is changed, and more is sold than there is."""
    house.hold("BK-A", room_type="STE")
    suite = "UPDATE room SET is_active = :active WHERE room_number = '201' AND hotel = :hotel"

    with house.engine.begin() as connection:
        connection.execute(sa.text(suite), {"active": False, "hotel": house.hotel})

    assert house.misfitted() != []
    with house.engine.begin() as connection:
        connection.execute(sa.text(suite), {"active": True, "hotel": house.hotel})


def test_a_removed_room_cannot_be_in_service(house: House) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="room_removed_is_out_of_service"), house.engine.begin() as open_:
        open_.execute(sa.text("UPDATE room SET removed_at = now() WHERE hotel = :hotel"), {"hotel": house.hotel})
