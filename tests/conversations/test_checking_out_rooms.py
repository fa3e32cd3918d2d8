"""The bulk check-out: each room in its own transaction, by the ordinary check-out, without effect on other bookings."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.bulk_check_out import CheckOutRooms, RoomFailed, RoomsCheckedOut
from contracts.bookings.queries import GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut
from contracts.rooms.events import RoomStatus
from contracts.rooms.occupancy import ClearRoom, MoveOut
from contracts.rooms.rooms import GetRoomHistory
from contracts.values import Actor, ActorKind, Caller, Context, Permission
from tests.conversations.actions import (
    assigned,
    booking,
    checked_out,
    confirmed,
    in_house,
    make_timers_due,
    process_dies,
    refusal,
    room,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

Status = BookingStatus
DESK = replace(STAFF, caller=replace(STAFF.caller, permissions=STAFF.caller.permissions - {Permission.SUPERUSER}))


def bulk(fixture: PlatformFixture, *rooms: int | str, caller: Context = DESK, **more: Any) -> RoomsCheckedOut:
    return fixture.platform.ask(CheckOutRooms(hotel=HOTEL, rooms=rooms, **more), caller)


def in_rooms(fixture: PlatformFixture, statement: str, **values: Any) -> None:
    """Something that ought not to be, put into the rooms database by hand."""
    with fixture.platform.services["rooms"].engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def ghost(fixture: PlatformFixture, number: str, booking_id: str) -> None:
    """Marks the room as occupied by that booking, behind the services' backs."""
    in_rooms(
        fixture,
        "UPDATE room SET status = 'OCCUPIED', occupied_by = :booking WHERE room_number = :number",
        booking=booking_id,
        number=number,
    )


def failures(answer: RoomsCheckedOut) -> dict[str, str]:
    return {room.room_number: room.code for room in answer.failed}


def test_a_bulk_check_out_takes_ids_and_numbers_and_reports_each_room(fixture: PlatformFixture) -> None:
    one, other = in_house(fixture, "101"), in_house(fixture, "102")
    ghost(fixture, "103", "BK-2020-NOBODY")
    first = room(fixture, "101").id

    answer = bulk(fixture, first, "102", "103", "104", "999", 424242, "102", str(first))

    assert answer.checked_out_bookings == (one, other)
    assert answer.rooms_cleared == ("103",)
    assert failures(answer) == {
        "104": "ROOM_NOT_OCCUPIED",
        "999": "ROOM_NOT_FOUND",
        "424242": "ROOM_NOT_FOUND",
        str(first): "ROOM_NOT_FOUND",  # a text is a number, never an id
    }
    assert (answer.processed, answer.destructive) == (7, False)
    assert [room(fixture, number).room_status for number in ("101", "102", "103", "104")] == [
        RoomStatus.CHECKOUT_DIRTY, RoomStatus.CHECKOUT_DIRTY, RoomStatus.CHECKOUT_DIRTY, RoomStatus.READY_FOR_GUEST
    ]  # fmt: skip
    fixture.settle()
    assert fixture.platform.event_names(one).count("GuestCheckedOut") == 1
    assert booking(fixture, one).checked_out_by == Actor(ActorKind.STAFF, "7")


def test_a_repeated_bulk_check_out_finds_no_guest_and_changes_no_booking(fixture: PlatformFixture) -> None:
    mine = in_house(fixture, "101")
    keyed = replace(DESK, idempotency_key="k", fingerprint="f")

    first = bulk(fixture, "101", caller=keyed)
    left_at = booking(fixture, mine).checked_out_at

    assert bulk(fixture, "101", caller=keyed) == first
    assert failures(bulk(fixture, "101")) == {"101": "ROOM_NOT_OCCUPIED"}
    assert booking(fixture, mine).checked_out_at == left_at
    assert checked_out(fixture, mine).checked_out_at == left_at


def test_a_bulk_check_out_changes_no_future_or_ended_booking(fixture: PlatformFixture) -> None:
    gone = in_house(fixture, "101")
    checked_out(fixture, gone)
    to_come = confirmed(fixture, begins=1).id
    assigned(fixture, to_come, "101")
    waits = confirmed(fixture).id
    assigned(fixture, waits, "102")
    ghost(fixture, "102", waits)
    versions = [booking(fixture, booking_id).version for booking_id in (gone, to_come, waits)]

    answer = bulk(fixture, "101", "102", destructive=True, caller=STAFF)

    assert (answer.rooms_cleared, failures(answer)) == (("102",), {"101": "ROOM_NOT_OCCUPIED"})
    assert [booking(fixture, booking_id).version for booking_id in (gone, to_come, waits)] == versions
    assert booking(fixture, waits).assigned_room_number == "102"
    assert booking(fixture, to_come).assigned_room_number == "101"
    assert refusal(fixture, CheckOut(hotel=HOTEL, booking_id=waits)).code == "NOT_CHECKED_IN"


@pytest.mark.parametrize("harm", ["the room was turned", "the stay was ended", "the hold was ended"])
def test_a_stay_whose_check_out_is_refused_is_ended_by_force_only(fixture: PlatformFixture, harm: str) -> None:
    mine = in_house(fixture, "101")
    if harm == "the room was turned":
        in_rooms(fixture, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")
    elif harm == "the stay was ended":
        in_rooms(fixture, "UPDATE period SET live = false, ended_at = now() WHERE booking_id = :b", b=mine)
    else:
        in_rooms(fixture, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)

    assert list(failures(bulk(fixture, "101"))) == ["101"]
    assert booking(fixture, mine).status is Status.IN_HOUSE
    answer = bulk(fixture, "101", destructive=True, caller=STAFF)

    assert (answer.checked_out_bookings, answer.failed) == ((mine,), ())
    assert booking(fixture, mine).status is Status.COMPLETED
    assert room(fixture, "101").current_booking_id is None
    with fixture.platform.services["rooms"].engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM period WHERE live")).scalar_one() == 0


@pytest.mark.parametrize(("given", "noted"), [("fire alarm", "fire alarm"), ("", "destructive bulk check-out")])
def test_a_destructive_check_out_has_its_reason_in_every_audit_trail(
    fixture: PlatformFixture, given: str, noted: str
) -> None:
    mine = in_house(fixture, "101")
    ghost(fixture, "103", "BK-2020-NOBODY")

    bulk(fixture, "101", "103", destructive=True, reason=given, caller=STAFF)

    for number in ("101", "103"):
        last = fixture.platform.ask(GetRoomHistory(hotel=HOTEL, room_number=number), STAFF).changes[0]
        assert (last.new_status, last.note, last.by.id) == (RoomStatus.CHECKOUT_DIRTY, noted, "7")
    assert fixture.platform.ask(GetTimeline(hotel=HOTEL, booking_id=mine), STAFF).items[-1].why == noted


def test_a_bulk_check_out_without_the_permission_is_refused_whole(fixture: PlatformFixture) -> None:
    in_house(fixture, "101")
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))

    for caller, code, more in (
        (DESK, "PERMISSION_DENIED", {"destructive": True}),
        (elsewhere, "HOTEL_NOT_FOUND", {}),
        (Context(caller=Caller(kind="guest", guest_token="t")), "PERMISSION_DENIED", {}),
    ):
        with pytest.raises(Refusal, match=code):
            bulk(fixture, "101", caller=caller, **more)
    with pytest.raises(Refusal, match="VALIDATION_ERROR"):
        bulk(fixture, *range(1, 102))
    assert room(fixture, "101").is_occupied


def test_a_room_with_a_pending_action_fails_alone(fixture: PlatformFixture) -> None:
    one, other = in_house(fixture, "101"), in_house(fixture, "102")
    with process_dies(fixture, MoveOut, after=False), pytest.raises(Unavailable):
        checked_out(fixture, one)

    answer = bulk(fixture, "101", "102", destructive=True, caller=STAFF)

    assert answer.checked_out_bookings == (other,)
    assert answer.failed == (RoomFailed(room_number="101", code="ACTION_IN_PROGRESS"),)
    make_timers_due(fixture)
    assert booking(fixture, one).status is Status.COMPLETED


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_forced_check_out_whose_process_died_is_completed(fixture: PlatformFixture, after: bool) -> None:
    mine = in_house(fixture, "101")
    in_rooms(fixture, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)
    with process_dies(fixture, ClearRoom, after=after):
        answer = bulk(fixture, "101", destructive=True, caller=STAFF)
    assert failures(answer) == {"101": "SERVICE_UNAVAILABLE"}

    make_timers_due(fixture)

    assert booking(fixture, mine).status is Status.COMPLETED
    assert room(fixture, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert fixture.platform.event_names(mine).count("GuestCheckedOut") == 1


def test_a_guest_who_is_moving_in_is_not_cleared_from_the_room(fixture: PlatformFixture) -> None:
    """Rooms has received a walk-in that bookings has not written down yet."""
    mine = in_house(fixture, "101")
    with fixture.platform.services["bookings"].engine.begin() as connection:
        for table, column in (("guest", "booking_id"), ("booking", "id")):
            connection.execute(sa.text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": mine})

    assert failures(bulk(fixture, "101", destructive=True, caller=STAFF)) == {"101": "ACTION_IN_PROGRESS"}


def test_after_a_room_without_an_answer_the_others_are_not_attempted(fixture: PlatformFixture) -> None:
    """Each would wait for the time limit of its ask."""
    one, other = in_house(fixture, "101"), in_house(fixture, "102")

    with process_dies(fixture, MoveOut, after=False):
        answer = bulk(fixture, "101", "102")
    make_timers_due(fixture)

    assert failures(answer) == {"101": "SERVICE_UNAVAILABLE", "102": "SERVICE_UNAVAILABLE"}
    assert [booking(fixture, each).status for each in (one, other)] == [Status.COMPLETED, Status.IN_HOUSE]


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_request_with_a_key_fails_as_a_whole_and_its_repetition_completes_it(
    fixture: PlatformFixture, after: bool
) -> None:
    """A stored `SERVICE_UNAVAILABLE` would be the reply for ever, although the check-out still comes."""
    one, other = in_house(fixture, "101"), in_house(fixture, "102")
    keyed = replace(DESK, idempotency_key="k", fingerprint="f")

    with process_dies(fixture, MoveOut, after=after), pytest.raises(Unavailable):
        bulk(fixture, "101", "102", caller=keyed)
    answer = bulk(fixture, "101", "102", caller=keyed)

    assert (answer.checked_out_bookings, answer.failed) == ((one, other), ())
    fixture.settle()
    assert [fixture.platform.event_names(each).count("GuestCheckedOut") for each in (one, other)] == [1, 1]
