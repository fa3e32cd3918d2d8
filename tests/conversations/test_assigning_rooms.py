"""A room for a booking, as the front desk gives it: every reason why not, and what follows."""

from datetime import timedelta

import pytest

from contracts.bookings import AssignRoom, BookingStatus, CancelBooking, GetFeed, UnassignRoom
from contracts.rooms import CheckAvailability, RoomStatus
from tests.conversations.conftest import HOTEL, STAFF, Scene
from tests.conversations.front_desk import (
    assigned,
    booking,
    checked_out,
    confirmed,
    living_in,
    refusal,
    room,
    turned,
)


def assigning(booking_id: str, room_number: str) -> AssignRoom:
    return AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room_number)


def left(scene: Scene, code: str) -> int:
    today = scene.today()
    stay = CheckAvailability(hotel=HOTEL, check_in=today, check_out=today + timedelta(days=2))
    return next(kind for kind in scene.town.ask(stay).room_types if kind.room_type_code == code).available_units


def test_a_room_is_refused_for_each_reason_by_its_name(scene: Scene) -> None:
    mine, other = confirmed(scene).id, confirmed(scene).id
    assigned(scene, other, "102")
    turned(scene, "103", RoomStatus.OUT_OF_ORDER, until=scene.today() + timedelta(days=1))
    stays_over = living_in(scene, "104", begins=0, nights=1)

    assert refusal(scene, assigning(mine, "999")).code == "ROOM_NOT_FOUND"
    assert refusal(scene, assigning("BK-2026-NOBODY", "101")).code == "BOOKING_NOT_FOUND"
    conflict = refusal(scene, assigning(mine, "102"))
    assert (conflict.code, conflict.details) == ("ROOM_OVERLAP_CONFLICT", {"conflicts": [other]})
    assert refusal(scene, assigning(mine, "103")).code == "ROOM_NOT_BOOKABLE"
    assert refusal(scene, assigning(stays_over, "101")).code == "BOOKING_ALREADY_CHECKED_IN"
    assert refusal(scene, UnassignRoom(hotel=HOTEL, booking_id=stays_over)).code == "BOOKING_ALREADY_CHECKED_IN"
    scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=mine, reason="ill"), STAFF)
    scene.settle()
    assert refusal(scene, assigning(mine, "101")).code == "BOOKING_STATUS_NOT_ASSIGNABLE"
    assert refusal(scene, assigning(scene.book().booking.id, "101")).code == "BOOKING_STATUS_NOT_ASSIGNABLE"


def test_a_room_still_lived_in_is_not_given_for_tonight_but_for_later(scene: Scene) -> None:
    living_in(scene, "101", nights=1)
    scene.town.advance(timedelta(days=1))  # the guest stays over
    tonight, tomorrow = confirmed(scene, nights=1).id, confirmed(scene, begins=1).id

    assert refusal(scene, assigning(tonight, "101")).code == "ROOM_OCCUPIED"
    assert assigned(scene, tomorrow, "101").assigned_room_number == "101"


def test_a_dirty_room_is_given_for_a_stay_that_starts_later(scene: Scene) -> None:
    checked_out(scene, living_in(scene, "101"))

    assert room(scene, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert assigned(scene, confirmed(scene, begins=1).id, "101").assigned_room_number == "101"


def test_another_type_is_given_with_a_warning_that_is_kept_and_the_counters_follow(scene: Scene) -> None:
    mine = confirmed(scene).id
    single, double = left(scene, "SGL"), left(scene, "DBL")

    upgraded = assigned(scene, mine, "105", notes="honeymoon")

    assert upgraded.warnings == ("ROOM_TYPE_MISMATCH",)
    assert booking(scene, mine).warnings == ("ROOM_TYPE_MISMATCH",)
    assert upgraded.assignment_notes == "honeymoon"
    feed = scene.town.ask(GetFeed(hotel=HOTEL, booking_id=mine), STAFF)
    assert feed.events[-1].data["warnings"] == ["ROOM_TYPE_MISMATCH"]
    assert (left(scene, "SGL"), left(scene, "DBL")) == (single + 1, double - 1)

    back = scene.town.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF)
    assert (back.assigned_room_number, back.assignment_notes, back.warnings) == (None, None, ())
    assert (left(scene, "SGL"), left(scene, "DBL")) == (single, double)


def test_a_type_that_is_full_is_sold_out_and_nothing_moves(scene: Scene) -> None:
    mine = confirmed(scene).id
    assigned(scene, mine, "101")
    suites = [confirmed(scene, room_type="DBL").id for _ in range(left(scene, "DBL"))]
    assert suites

    assert refusal(scene, assigning(mine, "105")).code == "SOLD_OUT"

    assert booking(scene, mine).assigned_room_number == "101"


def test_another_room_frees_the_first_and_the_same_one_changes_nothing(scene: Scene) -> None:
    mine, other = confirmed(scene).id, confirmed(scene).id
    assigned(scene, mine, "101")

    reassigned = assigned(scene, mine, "102")

    assert assigned(scene, mine, "102") == reassigned
    assert assigned(scene, other, "101").assigned_room_number == "101"
    assert scene.town.ask(GetFeed(hotel=HOTEL, booking_id=mine), STAFF).last_sequence == reassigned.version


def test_a_hotel_that_is_strict_gives_no_other_type(scene: Scene) -> None:
    with scene.town.houses["rooms"].engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE hotel SET settings = settings || '{"strict_room_type": true}'""")
    mine = confirmed(scene).id

    assert refusal(scene, assigning(mine, "105")).code == "ROOM_TYPE_MISMATCH"
    assert booking(scene, mine).status is BookingStatus.CONFIRMED
    assert assigned(scene, mine, "101").warnings == ()


@pytest.mark.parametrize("taken_back", [False, True])
def test_unassigning_twice_is_unassigning_once(scene: Scene, taken_back: bool) -> None:
    mine = confirmed(scene).id
    if taken_back:
        assigned(scene, mine, "101")

    first = scene.town.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF)

    assert scene.town.ask(UnassignRoom(hotel=HOTEL, booking_id=mine), STAFF) == first
    assert first.version == (4 if taken_back else 2)
