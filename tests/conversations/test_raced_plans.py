"""A plan for one booking meets another command on other connections: both services agree, and a locked room stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.stays import AssignRoom, CheckIn, UnassignRoom
from contracts.rooms.blocks import BlockRoom
from tests.conversations.actions import booking, make_timers_due
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.crowded_rooms import FAMILY, Crowded, held, waiting
from tests.interface.rooms.rooms_under_test import at_once

ROUNDS = 4


def contender(crowded: Crowded, name: str) -> Callable[[], Any]:
    one = {"hotel": HOTEL, "booking_id": crowded.one}
    until = crowded.first + timedelta(days=1)
    commands: dict[str, Any] = {
        "lock": AmendBooking(**one, room_locked=True),
        "assign and lock": AssignRoom(**one, room_number="302", locked=True),
        "best room": AssignRoom(hotel=HOTEL, booking_id=crowded.late, locked=True),
        "unassign": UnassignRoom(**one),
        "check in": CheckIn(**one, early_checkin=True),
        "block": BlockRoom(hotel=HOTEL, room_number="304", starts_on=crowded.first, until=until, reason="Paint"),
        "plan": crowded.command(),
    }
    return lambda: crowded.fixture.platform.ask(commands[name], STAFF)


def last_locked_room(fixture: PlatformFixture, booking_id: str) -> str | None:
    """The room of the booking's last lock; None where the booking was not locked, or the lock has ended."""
    number = None
    for event in fixture.platform.published:
        if event.subject == booking_id and event.type.split(".")[1] in ("RoomAssigned", "RoomUnassigned", "RoomLocked"):
            number = event.data["room_number"] if event.data.get("locked") else None
    return number


@pytest.mark.parametrize("name", ["lock", "assign and lock", "best room", "unassign", "check in", "block", "plan"])
def test_the_best_room_beside_another_command(fixture: PlatformFixture, name: str) -> None:
    starts = (0,) if name == "check in" else tuple(range(0, 5 * ROUNDS, 5))
    for begins in starts:
        crowded = Crowded(fixture, begins)
        best = AssignRoom(hotel=HOTEL, booking_id=crowded.late)

        results = at_once([lambda best=best: fixture.platform.ask(best, STAFF), contender(crowded, name)])
        fixture.settle()
        make_timers_due(fixture)

        refused = {each.code for each in results if isinstance(each, Refusal)}
        assert refused <= {
            "ACTION_IN_PROGRESS", "PLAN_OUTDATED", "NO_ROOM_AVAILABLE", "ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL",
            "ROOM_NOT_BOOKABLE",
        }  # fmt: skip
        assert waiting(fixture) == 0
        rooms = {each: booking(fixture, each).assigned_room_number for each in crowded.all}
        assert {each: number for each, number in rooms.items() if number in FAMILY} == {
            each: number for each, number in held(fixture).items() if each in crowded.all
        }
        for each in crowded.all:
            if (number := last_locked_room(fixture, each)) is not None:
                assert (rooms[each], booking(fixture, each).room_locked) == (number, True)
