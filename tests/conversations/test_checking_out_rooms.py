"""Many rooms checked out at once: each by the one way there is, each on its own, and nobody else touched."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import BookingStatus, CheckOut, CheckOutRooms, GetTimeline, RoomFailed, RoomsCheckedOut
from contracts.rooms import ClearRoom, GetRoomHistory, MoveOut, RoomStatus
from contracts.values import Caller, Context, Permission
from tests.conversations.conftest import HOTEL, STAFF, Scene
from tests.conversations.front_desk import (
    a_minute_passes,
    assigned,
    booking,
    checked_out,
    confirmed,
    dying,
    living_in,
    refusal,
    room,
)

Status = BookingStatus
DESK = replace(STAFF, caller=replace(STAFF.caller, permissions=STAFF.caller.permissions - {Permission.SUPERUSER}))


def bulk(scene: Scene, *rooms: int | str, caller: Context = DESK, **more: Any) -> RoomsCheckedOut:
    return scene.town.ask(CheckOutRooms(hotel=HOTEL, rooms=rooms, **more), caller)


def in_rooms(scene: Scene, statement: str, **values: Any) -> None:
    """Something that ought not to be, put into the rooms database by hand."""
    with scene.town.houses["rooms"].engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def ghost(scene: Scene, number: str, booking_id: str) -> None:
    """The room is occupied by that booking, whatever anybody did."""
    in_rooms(
        scene,
        "UPDATE room SET status = 'OCCUPIED', occupied_by = :booking WHERE room_number = :number",
        booking=booking_id,
        number=number,
    )


def failures(told: RoomsCheckedOut) -> dict[str, str]:
    return {one.room_number: one.code for one in told.failed}


def test_ids_and_numbers_name_rooms_and_each_room_is_told_of(scene: Scene) -> None:
    one, other = living_in(scene, "101"), living_in(scene, "102")
    ghost(scene, "103", "BK-2020-NOBODY")
    first = room(scene, "101").id

    told = bulk(scene, first, "102", "103", "104", "999", 424242, "102", str(first))

    assert told.checked_out_bookings == (one, other)
    assert told.rooms_cleared == ("103",)
    assert failures(told) == {
        "104": "ROOM_NOT_OCCUPIED",
        "999": "ROOM_NOT_FOUND",
        "424242": "ROOM_NOT_FOUND",
        str(first): "ROOM_NOT_FOUND",  # a text is a number, never an id
    }
    assert (told.processed, told.destructive) == (7, False)
    assert [room(scene, number).room_status for number in ("101", "102", "103", "104")] == [
        RoomStatus.CHECKOUT_DIRTY, RoomStatus.CHECKOUT_DIRTY, RoomStatus.CHECKOUT_DIRTY, RoomStatus.READY_FOR_GUEST
    ]  # fmt: skip
    scene.settle()
    assert scene.town.happened(one).count("GuestCheckedOut") == 1
    assert booking(scene, one).checked_out_by.name == "Nora Desk"


def test_again_there_is_nobody_left_and_the_bookings_stay_as_they_are(scene: Scene) -> None:
    mine = living_in(scene, "101")
    keyed = replace(DESK, idempotency_key="k", fingerprint="f")

    first = bulk(scene, "101", caller=keyed)
    left_at = booking(scene, mine).checked_out_at

    assert bulk(scene, "101", caller=keyed) == first
    assert failures(bulk(scene, "101")) == {"101": "ROOM_NOT_OCCUPIED"}
    assert booking(scene, mine).checked_out_at == left_at
    assert checked_out(scene, mine).checked_out_at == left_at


def test_bookings_to_come_and_ended_ones_are_never_touched(scene: Scene) -> None:
    gone = living_in(scene, "101")
    checked_out(scene, gone)
    to_come = confirmed(scene, begins=1).id
    assigned(scene, to_come, "101")
    waits = confirmed(scene).id
    assigned(scene, waits, "102")
    ghost(scene, "102", waits)
    versions = [booking(scene, one).version for one in (gone, to_come, waits)]

    told = bulk(scene, "101", "102", destructive=True, caller=STAFF)

    assert (told.rooms_cleared, failures(told)) == (("102",), {"101": "ROOM_NOT_OCCUPIED"})
    assert [booking(scene, one).version for one in (gone, to_come, waits)] == versions
    assert booking(scene, waits).assigned_room_number == "102"
    assert booking(scene, to_come).assigned_room_number == "101"
    assert refusal(scene, CheckOut(hotel=HOTEL, booking_id=waits)).code == "NOT_CHECKED_IN"


@pytest.mark.parametrize("harm", ["the room was turned", "the stay was ended", "the hold was ended"])
def test_a_stay_whose_check_out_is_refused_is_ended_by_force_only(scene: Scene, harm: str) -> None:
    mine = living_in(scene, "101")
    if harm == "the room was turned":
        in_rooms(scene, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")
    elif harm == "the stay was ended":
        in_rooms(scene, "UPDATE period SET live = false, ended_at = now() WHERE booking_id = :b", b=mine)
    else:
        in_rooms(scene, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)

    assert list(failures(bulk(scene, "101"))) == ["101"]
    assert booking(scene, mine).status is Status.IN_HOUSE
    told = bulk(scene, "101", destructive=True, caller=STAFF)

    assert (told.checked_out_bookings, told.failed) == ((mine,), ())
    assert booking(scene, mine).status is Status.COMPLETED
    assert room(scene, "101").current_booking_id is None
    with scene.town.houses["rooms"].engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM period WHERE live")).scalar_one() == 0


@pytest.mark.parametrize(("given", "noted"), [("fire alarm", "fire alarm"), ("", "destructive bulk check-out")])
def test_a_destructive_one_says_why_in_every_trail(scene: Scene, given: str, noted: str) -> None:
    mine = living_in(scene, "101")
    ghost(scene, "103", "BK-2020-NOBODY")

    bulk(scene, "101", "103", destructive=True, reason=given, caller=STAFF)

    for number in ("101", "103"):
        last = scene.town.ask(GetRoomHistory(hotel=HOTEL, room_number=number), STAFF).changes[0]
        assert (last.new_status, last.note, last.by.name) == (RoomStatus.CHECKOUT_DIRTY, noted, "Nora Desk")
    assert scene.town.ask(GetTimeline(hotel=HOTEL, booking_id=mine), STAFF).items[-1].why == noted


def test_who_may_not_is_refused_as_a_whole(scene: Scene) -> None:
    living_in(scene, "101")
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))

    for caller, code, more in (
        (DESK, "PERMISSION_DENIED", {"destructive": True}),
        (elsewhere, "HOTEL_NOT_FOUND", {}),
        (Context(caller=Caller(kind="guest", guest_token="t")), "PERMISSION_DENIED", {}),
    ):
        with pytest.raises(Refusal, match=code):
            bulk(scene, "101", caller=caller, **more)
    with pytest.raises(Refusal, match="VALIDATION_ERROR"):
        bulk(scene, *range(1, 102))
    assert room(scene, "101").is_occupied


def test_a_room_that_somebody_is_at_work_on_fails_alone(scene: Scene) -> None:
    one, other = living_in(scene, "101"), living_in(scene, "102")
    with dying(scene, MoveOut, after=False), pytest.raises(Unavailable):
        checked_out(scene, one)

    told = bulk(scene, "101", "102", destructive=True, caller=STAFF)

    assert told.checked_out_bookings == (other,)
    assert told.failed == (RoomFailed(room_number="101", code="ACTION_IN_PROGRESS"),)
    a_minute_passes(scene)
    assert booking(scene, one).status is Status.COMPLETED


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_forced_check_out_whose_process_died_is_brought_to_its_end(scene: Scene, after: bool) -> None:
    mine = living_in(scene, "101")
    in_rooms(scene, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)
    with dying(scene, ClearRoom, after=after):
        told = bulk(scene, "101", destructive=True, caller=STAFF)
    assert failures(told) == {"101": "SERVICE_UNAVAILABLE"}

    a_minute_passes(scene)

    assert booking(scene, mine).status is Status.COMPLETED
    assert room(scene, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert scene.town.happened(mine).count("GuestCheckedOut") == 1


def test_somebody_who_is_just_moving_in_is_not_cleared_away(scene: Scene) -> None:
    """Rooms has received a walk-in that bookings has not written down yet."""
    mine = living_in(scene, "101")
    with scene.town.houses["bookings"].engine.begin() as connection:
        for table, column in (("guest", "booking_id"), ("booking", "id")):
            connection.execute(sa.text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": mine})

    assert failures(bulk(scene, "101", destructive=True, caller=STAFF)) == {"101": "ACTION_IN_PROGRESS"}
