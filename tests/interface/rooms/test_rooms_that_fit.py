"""Rooms that sleep fewer than the party are assigned, moved into and walked into with an override only."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from contracts.rooms.assignments import FindCandidates
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.moves import MoveGuest
from contracts.rooms.rooms import GetRoom
from contracts.rooms.walk_ins import ReceiveWalkIn
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, day

FAMILY = a_type(code="FAM", name="Family", base_price="180.00", max_occupancy=4, rooms=("301", "302"))
SINGLE = a_type(code="SGL", name="Single", base_price="60.00", max_occupancy=1, rooms=("401",))


@pytest.fixture
def house(service: RoomsUnderTest) -> RoomsUnderTest:
    """Doubles 101 and 102, family rooms 301 and 302 for four, and a single 401."""
    service.import_hotel(room_types=(a_type(), FAMILY, SINGLE))
    return service


def occupied_by(service: RoomsUnderTest, number: str) -> str | None:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number)).current_booking_id


def assigned(service: RoomsUnderTest) -> list[tuple[str, str]]:
    rows = service.rows("SELECT booking_id, room_number FROM period p JOIN room r ON r.id = p.room_id WHERE p.live")
    return [(row.booking_id, row.room_number) for row in rows]


def moving(service: RoomsUnderTest, number: str, **fields: Any) -> MoveGuest:
    return MoveGuest(action_id=uuid4().hex, booking_id="BK-A", hotel=service.hotel, room_number=number, **fields)


def walking_in(service: RoomsUnderTest, number: str, **fields: Any) -> ReceiveWalkIn:
    stay = {"check_in": day(0), "check_out": day(1), "children": 0}
    return ReceiveWalkIn(
        action_id=uuid4().hex, booking_id="BK-W", hotel=service.hotel, room_number=number, **stay, **fields
    )


def test_a_room_that_is_too_small_is_assigned_with_an_override_only(house: RoomsUnderTest) -> None:
    house.hold("BK-A", room_type="FAM", adults=2, children=1)
    giving = replace(house.giving("BK-A", "101"), party=3)

    assert house.refusal(giving).code == "ROOM_TOO_SMALL"
    assert (assigned(house), house.sold("FAM")[:2]) == ([], [1, 1])

    taken = house.ask(replace(giving, action_id="again", override=True))
    assert taken.warnings == ("ROOM_TYPE_MISMATCH", "ROOM_TOO_SMALL")
    assert (assigned(house), house.sold("FAM")[:2], house.sold("DBL")[:2]) == ([("BK-A", "101")], [0, 0], [1, 1])


def test_a_room_that_is_large_enough_is_assigned_to_the_party(house: RoomsUnderTest) -> None:
    house.hold("BK-A", room_type="FAM", adults=2, children=2)

    assert house.ask(replace(house.giving("BK-A", "301"), party=4)).warnings == ()


def test_a_guest_moves_into_a_room_that_is_too_small_with_an_override_only(house: RoomsUnderTest) -> None:
    house.hold("BK-A", room_type="FAM", adults=3)
    house.give("BK-A", "301")
    house.move_in("BK-A")

    assert house.refusal(moving(house, "101", party=3)).code == "ROOM_TOO_SMALL"
    assert (occupied_by(house, "301"), occupied_by(house, "101")) == ("BK-A", None)

    assert "ROOM_TOO_SMALL" in house.ask(moving(house, "101", party=3, override=True)).warnings
    assert (occupied_by(house, "301"), occupied_by(house, "101")) == (None, "BK-A")


def test_a_party_walks_into_a_room_that_is_too_small_with_an_override_only(house: RoomsUnderTest) -> None:
    assert house.refusal(walking_in(house, "101", adults=3)).code == "ROOM_TOO_SMALL"
    assert (assigned(house), house.sold()[0]) == ([], 0)

    received = house.ask(walking_in(house, "101", adults=3, override=True))
    assert (received.room.room_number, received.room.warnings) == ("101", ("ROOM_TOO_SMALL",))
    assert (occupied_by(house, "101"), house.sold()[0]) == ("BK-W", 1)


def test_candidates_say_how_they_fit_and_those_too_small_come_last(house: RoomsUnderTest) -> None:
    house.hold("BK-A", adults=2)

    rooms = house.ask(FindCandidates(hotel=house.hotel, booking_id="BK-A", party=2)).rooms

    assert [(each.room_number, each.fit, each.max_occupancy) for each in rooms] == [
        ("101", "same_type", 2),
        ("102", "same_type", 2),
        ("301", "upgrade", 4),
        ("302", "upgrade", 4),
        ("401", "other", 1),
    ]
    assert rooms[-1].warnings == ("ROOM_TYPE_MISMATCH", "ROOM_TOO_SMALL")


def test_an_extension_suggests_rooms_that_are_too_small_last(house: RoomsUnderTest) -> None:
    house.hold("BK-A", 0, 1, room_type="FAM", adults=3)
    house.give("BK-A", "301")
    house.move_in("BK-A")
    house.hold("BK-B", 1, 2, room_type="FAM")
    house.give("BK-B", "301")

    extending = ExtendStay(action_id="more", booking_id="BK-A", hotel=house.hotel, until=day(2), party=3)
    suggested = house.refusal(extending).details["suggested_rooms"]

    assert [each["room_number"] for each in suggested] == ["302", "101", "102", "401"]
