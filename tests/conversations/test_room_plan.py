"""The room plan from the request to the last event: all its bookings get their rooms once, or none does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.room_plan import RoomsPlanned
from contracts.bookings.stays import UnassignRoom
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.room_plan import Obstacle
from contracts.values import Caller, Context
from tests.conversations.actions import (
    checked_in,
    confirmed,
    process_dies,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.crowded_rooms import Crowded


def test_every_stay_gets_a_room_and_one_moves_for_it(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    reply = crowded.plan()

    crowded.check_planned(reply)


def test_a_moved_booking_says_where_it_was_and_who_moved_it(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    [moved] = crowded.plan().moved
    fixture.settle()

    assert moved.from_room == {crowded.one: "301", crowded.other: "302"}[moved.booking_id]
    events = [each.data for each in fixture.platform.published if each.type == "bookings.RoomAssigned.v1"]
    last = [data for data in events if data["booking_id"] == moved.booking_id][-1]
    assert (last["previous_room_number"], last["room_number"]) == (moved.from_room, moved.to_room)
    assert last["by"]["id"] == STAFF.caller.staff_id


def test_a_dry_run_answers_the_plan_and_changes_nothing(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    dry = crowded.plan(dry_run=True)

    crowded.check_unchanged()
    assert crowded.plan() == dry


def test_of_stays_that_are_not_named_none_gets_a_room(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    double = confirmed(fixture, room_type="DBL").id

    assert [each.booking_id for each in crowded.plan(double).assigned] == [double]
    assert crowded.rooms == ["301", "302", "303", None]
    assert [each.booking_id for each in crowded.plan(crowded.late).assigned] == [crowded.late]


def test_where_nothing_is_to_do_the_plan_is_empty(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    crowded.plan()

    assert crowded.plan() == RoomsPlanned()


def test_a_stay_without_a_room_comes_with_what_is_in_its_way(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    for guest in (crowded.one, crowded.whole):
        checked_in(fixture, guest)
    with process_dies(fixture, TakeRoomBack, after=False), pytest.raises(Unavailable):
        fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=crowded.other), STAFF)

    reply = crowded.plan()

    [without] = reply.impossible
    assert (reply.assigned, reply.moved, without.booking_id, reply.proven) == ((), (), crowded.late, True)
    stays = {(each.id, each.room_number) for each in without.blocked_by}
    assert stays == {(crowded.one, "301"), (crowded.other, "302"), (crowded.whole, "303")}
    assert {type(each) for each in without.blocked_by} == {Obstacle}


def test_callers_and_requests_that_are_refused(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))
    guest = checked_in(fixture, crowded.one).id
    past = replace(
        crowded.command(crowded.late),
        starts_on=crowded.first + timedelta(days=4),
        until=crowded.first + timedelta(days=5),
    )
    backwards = replace(crowded.command(), until=crowded.first)
    long = replace(crowded.command(), until=crowded.first + timedelta(days=367))

    for command, caller, code in (
        (crowded.command(), elsewhere, "HOTEL_NOT_FOUND"),
        (crowded.command(), Context(caller=Caller(kind="guest", guest_token="t")), "PERMISSION_DENIED"),
        (crowded.command("BK-2020-NOBODY"), STAFF, "BOOKING_NOT_FOUND"),
        (crowded.command(guest), STAFF, "BOOKING_ALREADY_CHECKED_IN"),
        (past, STAFF, "VALIDATION_ERROR"),
        (backwards, STAFF, "VALIDATION_ERROR"),
        (long, STAFF, "VALIDATION_ERROR"),
    ):
        with pytest.raises(Refusal, match=code):
            fixture.platform.ask(command, caller)
    crowded.check_unchanged()
