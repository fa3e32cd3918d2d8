"""A room plan that is outdated, interrupted, repeated or taken over: it is carried out once, or nothing changes."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.stays import UnassignRoom
from contracts.message import Ask
from contracts.rooms.room_plan import ApplyRoomPlan, FindRoomPlan
from contracts.values import Context
from tests.conversations.actions import (
    booking,
    make_timers_due,
    process_dies,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.crowded_rooms import KEYED, Crowded, blocking, held, meanwhile, waiting


def test_a_plan_that_is_outdated_is_made_again(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    with meanwhile(fixture, ApplyRoomPlan, blocking(fixture), times=2):
        reply = crowded.plan()

    crowded.check_planned(reply)


@pytest.mark.parametrize("caller", [STAFF, KEYED], ids=["without a key", "with a key"])
def test_after_three_outdated_plans_nothing_has_changed(fixture: PlatformFixture, caller: Context) -> None:
    crowded = Crowded(fixture)

    with (
        meanwhile(fixture, ApplyRoomPlan, blocking(fixture), times=3),
        pytest.raises(Refusal, match="PLAN_OUTDATED"),
    ):
        crowded.plan(caller=caller)

    crowded.check_unchanged()
    crowded.check_planned(crowded.plan(caller=caller))


def test_a_booking_that_changes_before_the_intents_makes_the_plan_outdated(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    bookings = fixture.platform.services["bookings"]
    original = fixture.platform.ask_from_service
    attempts = 0

    def ask(message: Ask[Any], context: Context) -> Any:
        nonlocal attempts
        reply = original(message, context)
        if isinstance(message, FindRoomPlan):
            attempts += 1
            if attempts == 1:
                fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=reply.moved[0].booking_id), STAFF)
        return reply

    bookings.ask_server._ask = ask
    try:
        reply = crowded.plan()
    finally:
        bookings.ask_server._ask = original

    assert (attempts, len(reply.assigned), len(reply.moved)) == (2, 2, 0)
    assert None not in crowded.rooms
    assert waiting(fixture) == 0


def test_a_booking_on_which_the_services_differ_for_long_is_left_out_of_the_plan(fixture: PlatformFixture) -> None:
    """The rooms service still has the room of a booking that has none by the bookings service."""
    crowded = Crowded(fixture)
    moved = crowded.plan(dry_run=True).moved[0].booking_id
    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET assigned_room_number = 'other' WHERE id = :id"), {"id": moved})

    reply = crowded.plan()

    assert moved not in {each.booking_id for each in reply.moved}
    assert waiting(fixture) == 0


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_plan_whose_process_died_is_carried_out_by_the_timer(fixture: PlatformFixture, after: bool) -> None:
    crowded = Crowded(fixture)

    with process_dies(fixture, ApplyRoomPlan, after=after), pytest.raises(Unavailable):
        crowded.plan()
    assert waiting(fixture) == 2
    make_timers_due(fixture)

    crowded.check_planned()


def test_a_plan_whose_process_died_and_that_is_outdated_is_withdrawn_by_the_timer(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    with process_dies(fixture, ApplyRoomPlan, after=False), pytest.raises(Unavailable):
        crowded.plan()

    blocking(fixture)()
    make_timers_due(fixture)

    crowded.check_unchanged()


@pytest.mark.parametrize("timer_first", [False, True], ids=["at once", "after the timer"])
@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_the_repetition_of_a_request_with_a_key_has_the_plan_that_the_request_began(
    fixture: PlatformFixture, after: bool, timer_first: bool
) -> None:
    crowded = Crowded(fixture)
    with process_dies(fixture, ApplyRoomPlan, after=after), pytest.raises(Unavailable):
        crowded.plan(caller=KEYED)
    if timer_first:
        make_timers_due(fixture)

    reply = crowded.plan(caller=KEYED)

    crowded.check_planned(reply)
    assert crowded.plan(caller=KEYED) == reply
    with pytest.raises(Refusal, match="IDEMPOTENCY_KEY_REUSED"):
        crowded.plan(caller=replace(KEYED, fingerprint="other"))


def test_the_repetition_of_a_request_whose_plan_is_outdated_makes_another(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    with process_dies(fixture, ApplyRoomPlan, after=False), pytest.raises(Unavailable):
        crowded.plan(caller=KEYED)
    blocking(fixture)()

    crowded.check_planned(crowded.plan(caller=KEYED))


def test_a_request_that_was_frozen_begins_nothing_after_it_was_taken_over(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    def taken_over() -> None:
        with fixture.platform.services["bookings"].engine.begin() as connection:
            connection.execute(sa.text("UPDATE idempotency SET holder = 'the repetition'"))

    with (
        meanwhile(fixture, FindRoomPlan, taken_over),
        pytest.raises(Unavailable, match="another process"),
    ):
        crowded.plan(caller=KEYED)

    crowded.check_unchanged()


def test_a_plan_that_the_timer_ends_while_the_request_waits_is_recorded_once(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    with meanwhile(fixture, ApplyRoomPlan, lambda: make_timers_due(fixture)):
        reply = crowded.plan()

    crowded.check_planned(reply)


def test_while_a_plan_is_carried_out_its_bookings_are_not_changed(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    codes: list[str] = []

    def unassign() -> None:
        for each in (crowded.one, crowded.other, crowded.late):
            try:
                fixture.platform.ask(UnassignRoom(hotel=HOTEL, booking_id=each), STAFF)
            except Refusal as refused:
                codes.append(refused.code)

    with meanwhile(fixture, ApplyRoomPlan, unassign):
        crowded.plan()

    assert "ACTION_IN_PROGRESS" in codes
    assert waiting(fixture) == 0
    assert held(fixture) == {
        each: number for each in crowded.all if (number := booking(fixture, each).assigned_room_number)
    }
