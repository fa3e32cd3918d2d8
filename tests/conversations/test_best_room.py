"""An assignment without a room number: the best room, other stays moved for it, all at once or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.stays import AssignRoom
from contracts.bookings.views import BookingDetail
from contracts.message import Ask
from contracts.rooms.room_plan import ApplyRoomPlan, FindRoomPlan
from contracts.values import Context
from tests.conversations.actions import booking, checked_in, confirmed, make_timers_due, process_dies, refusal
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.crowded_rooms import KEYED, Crowded, blocking, meanwhile, waiting


def best_room(booking_id: str, **more: Any) -> AssignRoom:
    return AssignRoom(hotel=HOTEL, booking_id=booking_id, **more)


def lock(fixture: PlatformFixture, booking_id: str, *, locked: bool = True) -> None:
    fixture.platform.ask(AmendBooking(hotel=HOTEL, booking_id=booking_id, room_locked=locked), STAFF)


def given(fixture: PlatformFixture, command: AssignRoom, caller: Context = STAFF) -> BookingDetail:
    return fixture.platform.ask(command, caller)


def test_a_booking_gets_a_room_for_which_another_stay_moves(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    reply = given(fixture, best_room(crowded.late, notes="Ground floor.", reason="Bad knee.", locked=True))

    assert (reply.assigned_room_number, reply.room_locked, reply.assignment_notes) == (
        crowded.rooms[3],
        True,
        "Ground floor.",
    )
    crowded.check_planned()
    names = fixture.platform.event_names(crowded.late)
    assert names[-2:] == ["RoomAssigned", "RoomLocked"]


def test_only_the_named_booking_gets_a_room(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    double = confirmed(fixture, room_type="DBL").id

    given(fixture, best_room(crowded.late))

    assert booking(fixture, double).assigned_room_number is None


def test_a_booking_that_has_a_room_keeps_it(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    assert given(fixture, best_room(crowded.one)).assigned_room_number == "301"
    assert given(fixture, best_room(crowded.one, locked=True)).room_locked

    assert crowded.times == [1, 1, 1, 0]


def test_a_moved_stay_keeps_its_notes_and_gets_no_lock(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    for each in (crowded.one, crowded.other):
        number = booking(fixture, each).assigned_room_number
        fixture.platform.ask(AssignRoom(hotel=HOTEL, booking_id=each, room_number="304", notes="A cot."), STAFF)
        fixture.platform.ask(AssignRoom(hotel=HOTEL, booking_id=each, room_number=number, notes="A cot."), STAFF)

    given(fixture, best_room(crowded.late, locked=True))

    for each in (crowded.one, crowded.other):
        stay = booking(fixture, each)
        assert (stay.assignment_notes, stay.room_locked) == ("A cot.", False)


def test_a_locked_stay_is_not_moved_for_it_and_is_moved_once_it_is_unlocked(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    for each in (crowded.one, crowded.other, crowded.whole):
        lock(fixture, each)

    refused = refusal(fixture, best_room(crowded.late))

    assert (refused.code, refused.details["proven"]) == ("NO_ROOM_AVAILABLE", True)
    assert refused.details["nights"][0] == crowded.first.isoformat()
    assert {"kind": "stay", "id": crowded.whole, "room_number": "303"} in refused.details["blocked_by"]
    crowded.check_unchanged()

    lock(fixture, crowded.one, locked=False)
    given(fixture, best_room(crowded.late))
    assert crowded.rooms == ["302", "302", "303", "301"]


@pytest.mark.parametrize("command", ["plan", "best room"])
def test_a_room_that_is_locked_while_the_plan_is_made_stays_the_guest_s(fixture: PlatformFixture, command: str) -> None:
    crowded = Crowded(fixture)
    moved = crowded.plan(dry_run=True).moved[0].booking_id
    before = booking(fixture, moved).assigned_room_number
    bookings, original = fixture.platform.services["bookings"], fixture.platform.ask_from_service
    locks = [moved]

    def ask(message: Ask[Any], context: Context) -> Any:
        reply = original(message, context)
        if isinstance(message, FindRoomPlan) and locks:
            lock(fixture, locks.pop())
        return reply

    bookings.ask_server._ask = ask
    try:
        if command == "plan":
            crowded.plan()
        else:
            given(fixture, best_room(crowded.late))
    finally:
        bookings.ask_server._ask = original

    assert booking(fixture, moved).assigned_room_number == before
    assert booking(fixture, crowded.late).assigned_room_number is not None
    assert waiting(fixture) == 0


def test_a_plan_that_stays_outdated_is_refused_and_changes_nothing(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)

    with meanwhile(fixture, ApplyRoomPlan, blocking(fixture), times=3):
        assert refusal(fixture, best_room(crowded.late, locked=True)).code == "PLAN_OUTDATED"

    crowded.check_unchanged()


@pytest.mark.parametrize("timer_first", [False, True], ids=["at once", "after the timer"])
@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_repeated_request_has_the_room_that_the_first_one_began(
    fixture: PlatformFixture, after: bool, timer_first: bool
) -> None:
    crowded = Crowded(fixture)
    command = best_room(crowded.late, locked=True)
    with process_dies(fixture, ApplyRoomPlan, after=after), pytest.raises(Unavailable):
        given(fixture, command, KEYED)
    if timer_first:
        make_timers_due(fixture)

    reply = given(fixture, command, KEYED)

    crowded.check_planned()
    assert (reply.id, reply.assigned_room_number, reply.room_locked) == (crowded.late, crowded.rooms[3], True)
    assert given(fixture, command, KEYED) == reply
    with pytest.raises(Refusal, match="IDEMPOTENCY_KEY_REUSED"):
        given(fixture, best_room(crowded.late), replace(KEYED, fingerprint="other"))


def test_without_a_key_the_timer_ends_what_a_dead_process_began(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    with process_dies(fixture, ApplyRoomPlan, after=False), pytest.raises(Unavailable):
        given(fixture, best_room(crowded.late, locked=True))

    make_timers_due(fixture)

    crowded.check_planned()
    assert booking(fixture, crowded.late).room_locked


def test_who_and_what_is_refused(fixture: PlatformFixture) -> None:
    crowded = Crowded(fixture)
    guest = checked_in(fixture, crowded.one).id
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))
    stale = replace(STAFF, if_match=(1,))

    assert refusal(fixture, best_room(guest)).code == "BOOKING_ALREADY_CHECKED_IN"
    assert refusal(fixture, best_room("BK-2020-NOBODY")).code == "BOOKING_NOT_FOUND"
    for caller, code in ((elsewhere, "BOOKING_NOT_FOUND"), (stale, "VERSION_MISMATCH")):
        with pytest.raises(Refusal, match=code):
            given(fixture, best_room(crowded.late), caller)


def test_a_booking_that_changes_while_the_plan_is_made_is_not_what_the_client_has_read(
    fixture: PlatformFixture,
) -> None:
    crowded = Crowded(fixture)
    version = booking(fixture, crowded.late).version
    note = AmendBooking(hotel=HOTEL, booking_id=crowded.late, internal_notes="Comes late.")

    with (
        meanwhile(fixture, FindRoomPlan, lambda: fixture.platform.ask(note, STAFF)),
        pytest.raises(Refusal, match="VERSION_MISMATCH"),
    ):
        given(fixture, best_room(crowded.late), replace(STAFF, if_match=(version,)))

    crowded.check_unchanged()
