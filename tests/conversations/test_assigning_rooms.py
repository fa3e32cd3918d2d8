"""The assignment of a room at the front desk: every refusal, and the effects in rooms and bookings."""

from datetime import timedelta

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetFeed
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, UnassignRoom
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from tests.conversations.actions import (
    assigned,
    booking,
    checked_out,
    confirmed,
    in_house,
    refusal,
    room,
    with_room_status,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture


def assigning(booking_id: str, room_number: str) -> AssignRoom:
    return AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room_number)


def left(fixture: PlatformFixture, code: str) -> int:
    today = fixture.today()
    stay = CheckAvailability(hotel=HOTEL, check_in=today, check_out=today + timedelta(days=2))
    return next(kind for kind in fixture.platform.ask(stay).room_types if kind.room_type_code == code).available_units


def test_an_assignment_is_refused_with_the_code_of_its_reason(fixture: PlatformFixture) -> None:
    mine, other = confirmed(fixture).id, confirmed(fixture).id
    assigned(fixture, other, "102")
    with_room_status(fixture, "103", RoomStatus.OUT_OF_ORDER, until=fixture.today() + timedelta(days=1))
    stays_over = in_house(fixture, "104", begins=0, nights=1)

    assert refusal(fixture, assigning(mine, "999")).code == "ROOM_NOT_FOUND"
    assert refusal(fixture, assigning("BK-2026-NOBODY", "101")).code == "BOOKING_NOT_FOUND"
    conflict = refusal(fixture, assigning(mine, "102"))
    assert (conflict.code, conflict.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": [other]})
    assert refusal(fixture, assigning(mine, "103")).code == "ROOM_NOT_BOOKABLE"
    assert refusal(fixture, assigning(stays_over, "101")).code == "BOOKING_ALREADY_CHECKED_IN"
    assert refusal(fixture, UnassignRoom(hotel=HOTEL, booking_id=stays_over)).code == "BOOKING_ALREADY_CHECKED_IN"
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=mine, reason="ill"), STAFF)
    fixture.settle()
    assert refusal(fixture, assigning(mine, "101")).code == "BOOKING_STATUS_NOT_ASSIGNABLE"
    assert refusal(fixture, assigning(fixture.book().booking.id, "101")).code == "BOOKING_STATUS_NOT_ASSIGNABLE"


def test_an_occupied_room_is_assigned_to_a_later_stay_and_not_for_tonight(fixture: PlatformFixture) -> None:
    in_house(fixture, "101", nights=1)
    fixture.platform.advance(timedelta(days=1))  # the guest stays over
    tonight, tomorrow = confirmed(fixture, nights=1).id, confirmed(fixture, begins=1).id

    assert refusal(fixture, assigning(tonight, "101")).code == "ROOM_OCCUPIED"
    assert assigned(fixture, tomorrow, "101").assigned_room_number == "101"


def test_a_dirty_room_is_assigned_to_a_later_stay(fixture: PlatformFixture) -> None:
    checked_out(fixture, in_house(fixture, "101"))

    assert room(fixture, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert assigned(fixture, confirmed(fixture, begins=1).id, "101").assigned_room_number == "101"


def test_a_room_of_another_type_is_assigned_with_a_stored_warning_and_moves_the_counters(
    fixture: PlatformFixture,
) -> None:
    mine = confirmed(fixture).id
    single, double = left(fixture, "SGL"), left(fixture, "DBL")

    upgraded = assigned(fixture, mine, "105", notes="honeymoon")

    assert upgraded.warnings == ("ROOM_TYPE_MISMATCH",)
    assert booking(fixture, mine).warnings == ("ROOM_TYPE_MISMATCH",)
    assert upgraded.assignment_notes == "honeymoon"
    feed = fixture.platform.ask(GetFeed(hotel=HOTEL, booking_id=mine), STAFF)
    assert feed.events[-1].data["warnings"] == ["ROOM_TYPE_MISMATCH"]
    assert (left(fixture, "SGL"), left(fixture, "DBL")) == (single + 1, double - 1)

    back = fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF)
    assert (back.assigned_room_number, back.assignment_notes, back.warnings) == (None, None, ())
    assert (left(fixture, "SGL"), left(fixture, "DBL")) == (single, double)


def test_an_assignment_of_a_full_type_is_refused_and_moves_no_counter(fixture: PlatformFixture) -> None:
    mine = confirmed(fixture).id
    assigned(fixture, mine, "101")
    suites = [confirmed(fixture, room_type="DBL").id for _ in range(left(fixture, "DBL"))]
    assert suites

    assert refusal(fixture, assigning(mine, "105")).code == "SOLD_OUT"

    assert booking(fixture, mine).assigned_room_number == "101"


def test_an_assignment_of_another_room_frees_the_first_and_of_the_same_room_changes_nothing(
    fixture: PlatformFixture,
) -> None:
    mine, other = confirmed(fixture).id, confirmed(fixture).id
    assigned(fixture, mine, "101")

    reassigned = assigned(fixture, mine, "102")

    assert assigned(fixture, mine, "102") == reassigned
    assert assigned(fixture, other, "101").assigned_room_number == "101"
    assert fixture.platform.ask(GetFeed(hotel=HOTEL, booking_id=mine), STAFF).last_sequence == reassigned.version


def test_a_strict_hotel_assigns_no_other_type(fixture: PlatformFixture) -> None:
    with fixture.platform.services["rooms"].engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE hotel SET settings = settings || '{"strict_room_type": true}'""")
    mine = confirmed(fixture).id

    assert refusal(fixture, assigning(mine, "105")).code == "ROOM_TYPE_MISMATCH"
    assert booking(fixture, mine).status is BookingStatus.CONFIRMED
    assert assigned(fixture, mine, "101").warnings == ()


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_repeated_unassignment_changes_nothing(fixture: PlatformFixture, taken_back: bool) -> None:
    mine = confirmed(fixture).id
    if taken_back:
        assigned(fixture, mine, "101")

    first = fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF)

    assert fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF) == first
    assert first.version == (4 if taken_back else 2)
