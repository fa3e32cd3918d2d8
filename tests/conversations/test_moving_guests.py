"""A guest in house changes rooms: what each party sees, and what is left when a process dies on the way."""

import pytest

from chassis.refusal import Unavailable
from contracts.bookings import BookingStatus, GetBooking, GetTimeline, MoveRoom
from contracts.rooms import MoveGuest, RoomStatus
from tests.conversations.conftest import HOTEL, STAFF, Scene
from tests.conversations.front_desk import (
    a_minute_passes,
    booking,
    checked_out,
    confirmed,
    dying,
    living_in,
    moved,
    pushed,
    refusal,
    room,
)

Status = RoomStatus


def test_a_guest_moves_and_everyone_is_told(scene: Scene) -> None:
    mine = living_in(scene, "101")
    before = scene.town.ask(GetBooking(hotel=HOTEL, booking_id=mine), STAFF).in_house
    scene.settle()

    told = moved(scene, mine, "102", reason="The shower drips.", notes="bags carried")
    scene.settle()

    assert (told.status, told.assigned_room_number) == (BookingStatus.IN_HOUSE, "102")
    assert scene.town.ask(GetBooking(hotel=HOTEL, booking_id=mine), STAFF).in_house == before  # PIN and Wi-Fi
    assert (room(scene, "101").room_status, room(scene, "102").room_status) == (Status.CHECKOUT_DIRTY, Status.OCCUPIED)
    last = scene.town.ask(GetTimeline(hotel=HOTEL, booking_id=mine), STAFF).items
    [trail] = [item for item in last if item.what == "RoomMoved"]
    assert (trail.why, trail.by.name) == ("The shower drips.: bags carried", "Nora Desk")
    for channel in (
        f"private-hotel-{HOTEL}",
        f"private-booking-{mine}",
        f"private-room-{HOTEL}-101",
        f"private-room-{HOTEL}-102",
    ):
        [data] = [data for name, data in pushed(scene, channel) if name == "room_moved"]
        assert (data["previous_room_number"], data["room_number"]) == ("101", "102")
        assert "shower" not in str(data)


def test_a_move_is_for_a_guest_in_house_and_the_same_room_is_no_move(scene: Scene) -> None:
    mine = living_in(scene, "101")
    waiting = confirmed(scene).id

    assert moved(scene, mine, "101").version == booking(scene, mine).version == 4
    assert refusal(scene, MoveRoom(hotel=HOTEL, booking_id=waiting, to_room_number="102")).code == "NOT_CHECKED_IN"
    assert refusal(scene, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="999")).code == "ROOM_NOT_FOUND"
    assert booking(scene, mine).assigned_room_number == "101"
    assert checked_out(scene, mine).status is BookingStatus.COMPLETED
    assert refusal(scene, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="102")).code == "NOT_CHECKED_IN"


@pytest.mark.parametrize("died", ["before rooms", "after rooms"])
def test_a_move_whose_process_died_is_made_once(scene: Scene, died: str) -> None:
    mine = living_in(scene, "101")
    with dying(scene, MoveGuest, after=died == "after rooms"), pytest.raises(Unavailable):
        moved(scene, mine, "102")
    assert refusal(scene, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="103")).code == "ACTION_IN_PROGRESS"
    a_minute_passes(scene)

    assert booking(scene, mine).assigned_room_number == "102"
    assert (room(scene, "101").room_status, room(scene, "102").current_booking_id) == (Status.CHECKOUT_DIRTY, mine)
    assert scene.town.happened(mine).count("RoomMoved") == 1
    assert scene.town.happened(f"room/{HOTEL}/102").count("RoomOccupied") == 1


def test_two_guests_do_not_change_places_without_a_third_room(scene: Scene) -> None:
    one, other = living_in(scene, "101"), living_in(scene, "102")

    assert refusal(scene, MoveRoom(hotel=HOTEL, booking_id=one, to_room_number="102")).details == {"conflicts": [other]}
    moved(scene, one, "103")
    moved(scene, other, "104")

    assert [room(scene, number).current_booking_id for number in ("101", "102", "103", "104")] == [
        None, None, one, other
    ]  # fmt: skip
