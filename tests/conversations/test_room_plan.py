"""The room plan from the request to the last event: all its bookings get their rooms once, or none does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.room_plan import AssignedStay, PlanRooms, RoomsPlanned
from contracts.bookings.stays import UnassignRoom
from contracts.message import Ask
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.room_plan import ApplyRoomPlan, FindRoomPlan, Obstacle
from contracts.values import Caller, Context
from tests.conversations.actions import (
    assigned,
    booking,
    checked_in,
    confirmed,
    make_timers_due,
    process_dies,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

KEYED = replace(STAFF, idempotency_key="k", fingerprint="f")
FAMILY = ("301", "302", "303")


class Crowded:
    """Family rooms, in which the stay `late` finds a room once `one` and `other` share one."""

    def __init__(self, fixture: PlatformFixture, begins: int = 0) -> None:
        self.fixture = fixture
        self.one = self._family(begins, 2, "301")
        self.other = self._family(begins + 2, 2, "302")
        self.whole = self._family(begins, 4, "303")
        self.late = self._family(begins, 4)
        self.first = fixture.today() + timedelta(days=begins)
        self.all = (self.one, self.other, self.whole, self.late)

    def _family(self, begins: int, nights: int, room_number: str = "") -> str:
        booked = confirmed(self.fixture, room_type="FAM", begins=begins, nights=nights).id
        if room_number:
            assigned(self.fixture, booked, room_number)
        return booked

    def command(self, *booking_ids: str, dry_run: bool = False) -> PlanRooms:
        until = self.first + timedelta(days=4)
        named = booking_ids or None
        return PlanRooms(hotel=HOTEL, starts_on=self.first, until=until, booking_ids=named, dry_run=dry_run)

    def plan(self, *booking_ids: str, caller: Context = STAFF, dry_run: bool = False) -> RoomsPlanned:
        return self.fixture.platform.ask(self.command(*booking_ids, dry_run=dry_run), caller)

    @property
    def rooms(self) -> list[str | None]:
        """The rooms of `one`, `other`, `whole` and `late`, as bookings knows them."""
        return [booking(self.fixture, each).assigned_room_number for each in self.all]

    @property
    def times(self) -> list[int]:
        """How often each was assigned a room."""
        self.fixture.settle()
        return [self.fixture.platform.event_names(each).count("RoomAssigned") for each in self.all]

    def check_planned(self, reply: RoomsPlanned | None = None) -> None:
        """The plan was carried out once, and rooms and bookings agree."""
        one, other, whole, late = self.rooms
        assert (one == other, whole, {one, late}) == (True, "303", {"301", "302"})
        assert sorted(self.times) == [1, 1, 1, 2]
        assert self.times[3] == 1
        assert held(self.fixture) == {each: self.rooms[n] for n, each in enumerate(self.all)}
        assert waiting(self.fixture) == 0
        if reply:
            [moved] = reply.moved
            assert reply.assigned == (AssignedStay(booking_id=self.late, room_number=str(late)),)
            assert booking(self.fixture, moved.booking_id).assigned_room_number == moved.to_room
            assert (reply.impossible, reply.proven, reply.moves_at_least) == ((), True, 1)

    def check_unchanged(self) -> None:
        """Nothing was changed, and nothing waits."""
        assert (self.rooms, self.times, waiting(self.fixture)) == (["301", "302", "303", None], [1, 1, 1, 0], 0)


def held(fixture: PlatformFixture) -> dict[str, str]:
    """The family room of each booking, as rooms knows it."""
    with fixture.platform.services["rooms"].engine.connect() as connection:
        rows = connection.execute(sa.text(
            "SELECT p.booking_id, r.room_number FROM period p JOIN room r ON r.id = p.room_id"
            " WHERE p.live AND p.kind = 'STAY' AND r.room_number LIKE '30_'"
        ))  # fmt: skip
        return {row.booking_id: row.room_number for row in rows if row.room_number in FAMILY}


def waiting(fixture: PlatformFixture) -> int:
    """The number of pending actions."""
    with fixture.platform.services["bookings"].engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM booking WHERE pending IS NOT NULL")).scalar_one())


@contextmanager
def meanwhile(
    fixture: PlatformFixture, kind: type[Ask[Any]], act: Callable[[], Any], *, times: int = 1
) -> Iterator[None]:
    """`act` happens before bookings sends an ask of this kind, the first `times` times."""
    server, original = fixture.platform.services["bookings"].ask_server, fixture.platform.ask_from_service
    left = times

    def ask(message: Ask[Any], context: Context) -> Any:
        nonlocal left
        if isinstance(message, kind) and left:
            left -= 1
            act()
        return original(message, context)

    server._ask = ask
    try:
        yield
    finally:
        server._ask = original


def blocking(fixture: PlatformFixture) -> Callable[[], Any]:
    """Each call blocks another night, far away, of a room."""
    first = fixture.today() + timedelta(days=20)

    def block() -> None:
        nonlocal first
        first += timedelta(days=2)
        until = first + timedelta(days=1)
        command = BlockRoom(hotel=HOTEL, room_number="304", starts_on=first, until=until, reason="Paint")
        fixture.platform.ask(command, STAFF)

    return block


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
