"""A guest in house moves to another room: the pushes to each party, and the state after a crash on the way."""

import pytest

from chassis.refusal import Unavailable
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import MoveRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.moves import MoveGuest
from tests.conversations.actions import (
    booking,
    checked_out,
    confirmed,
    in_house,
    make_timers_due,
    moved,
    process_dies,
    pushed,
    refusal,
    room,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

Status = RoomStatus


def test_a_guests_move_is_pushed_to_the_guest_and_both_rooms(fixture: PlatformFixture) -> None:
    mine = in_house(fixture, "101")
    before = fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=mine), STAFF).in_house
    fixture.settle()

    booking = moved(fixture, mine, "102", reason="The shower drips.", notes="bags carried")
    fixture.settle()

    assert (booking.status, booking.assigned_room_number) == (BookingStatus.IN_HOUSE, "102")
    assert fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=mine), STAFF).in_house == before  # PIN and Wi-Fi
    assert (room(fixture, "101").room_status, room(fixture, "102").room_status) == (
        Status.CHECKOUT_DIRTY,
        Status.OCCUPIED,
    )
    last = fixture.platform.ask(GetTimeline(hotel=HOTEL, booking_id=mine), STAFF).items
    [trail] = [item for item in last if item.what == "RoomMoved"]
    assert (trail.why, trail.by.id) == ("The shower drips.: bags carried", "7")
    for channel in (
        f"private-hotel-{HOTEL}",
        f"private-booking-{mine}",
        f"private-room-{HOTEL}-101",
        f"private-room-{HOTEL}-102",
    ):
        [data] = [data for name, data in pushed(fixture, channel) if name == "room_moved"]
        assert (data["previous_room_number"], data["room_number"]) == ("101", "102")
        assert "shower" not in str(data)


def test_a_move_is_for_a_guest_in_house_and_the_same_room_is_no_move(fixture: PlatformFixture) -> None:
    mine = in_house(fixture, "101")
    waiting = confirmed(fixture).id

    assert moved(fixture, mine, "101").version == booking(fixture, mine).version == 4
    assert refusal(fixture, MoveRoom(hotel=HOTEL, booking_id=waiting, to_room_number="102")).code == "NOT_CHECKED_IN"
    assert refusal(fixture, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="999")).code == "ROOM_NOT_FOUND"
    assert booking(fixture, mine).assigned_room_number == "101"
    assert checked_out(fixture, mine).status is BookingStatus.COMPLETED
    assert refusal(fixture, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="102")).code == "NOT_CHECKED_IN"


@pytest.mark.parametrize("died", ["before rooms", "after rooms"])
def test_a_move_whose_process_died_is_made_once(fixture: PlatformFixture, died: str) -> None:
    mine = in_house(fixture, "101")
    with process_dies(fixture, MoveGuest, after=died == "after rooms"), pytest.raises(Unavailable):
        moved(fixture, mine, "102")
    assert refusal(fixture, MoveRoom(hotel=HOTEL, booking_id=mine, to_room_number="103")).code == "ACTION_IN_PROGRESS"
    make_timers_due(fixture)

    assert booking(fixture, mine).assigned_room_number == "102"
    assert (room(fixture, "101").room_status, room(fixture, "102").current_booking_id) == (Status.CHECKOUT_DIRTY, mine)
    assert fixture.platform.event_names(mine).count("RoomMoved") == 1
    assert fixture.platform.event_names(f"room/{HOTEL}/102").count("RoomOccupied") == 1


def test_two_guests_do_not_change_places_without_a_third_room(fixture: PlatformFixture) -> None:
    one, other = in_house(fixture, "101"), in_house(fixture, "102")

    assert refusal(fixture, MoveRoom(hotel=HOTEL, booking_id=one, to_room_number="102")).details == {
        "conflicts": [other]
    }
    moved(fixture, one, "103")
    moved(fixture, other, "104")

    assert [room(fixture, number).current_booking_id for number in ("101", "102", "103", "104")] == [
        None, None, one, other
    ]  # fmt: skip
