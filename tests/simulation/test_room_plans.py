"""The judge of room plans finds a check that is wrong, late, or of which nobody was told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.simulation.judging import room_plans
from tests.simulation.judging.judged_world import Row

NOW = datetime(2031, 5, 5, 12, tzinfo=UTC)
TODAY = NOW.date()
DBL = 1


def day(number: int) -> date:
    """A day from today on."""
    return TODAY + timedelta(days=number)


def stay(name: str, first: int, until: int, *, room: int | None = None, **more: Any) -> dict[str, Row]:
    """A confirmed booking of a double room, with its hold and its room."""
    booking = {"id": name, "status": "CONFIRMED", "party": 2, "room": room, "fixed": False}
    hold = {"booking_id": name, "room_type_id": DBL, "check_in": day(first), "check_out": day(until)}
    rows = {"booking": booking | more, "hold": hold | {"counted": DBL, "until": day(until)}}
    if room is not None:
        period = {"room_id": room, "is_stay": True, "booking_id": name, "moved_in": False}
        rows["period"] = period | {"first": day(first), "until": day(until)}
    return rows


def block(room: int, first: int, until: int) -> dict[str, Row]:
    """A block of a room."""
    period = {"room_id": room, "is_stay": False, "booking_id": None, "moved_in": False}
    return {"period": period | {"first": day(first), "until": day(until)}}


@dataclass
class World:
    """A hotel with two double rooms, whose last check has left out the stays `without`."""

    things: list[dict[str, Row]]
    without: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    checked_ago: float = 700.0
    last_ago: float = 800.0
    statuses: tuple[str, str] = ("READY_FOR_GUEST", "READY_FOR_GUEST")
    changed: list[Row] = field(default_factory=list)

    def now(self) -> datetime:
        """Noon."""
        return NOW

    def sql(self, service: str, statement: str, **_: Any) -> list[Row]:
        """The rows of the judge's statements."""
        impossible = [{"stay": {"booking_id": name, "blocked_by": []}} for name in self.without]
        due = NOW - timedelta(seconds=self.checked_ago - 600)
        check = {"hotel": "h", "checked_at": NOW - timedelta(seconds=self.checked_ago), "due_at": due}
        rooms = [
            {"id": number, "room_number": str(number), "room_type_id": DBL, "max_occupancy": 2, "status": status}
            for number, status in enumerate(self.statuses, 1)
        ]
        answers: dict[str, list[Row]] = {
            room_plans._CHECKS: [check | {"impossible": impossible}],
            room_plans._TOLD: [{"booking_id": name, "blocked_by": []} for name in self.informed],
            room_plans._LAST: [{"at": NOW - timedelta(seconds=self.last_ago)}],
            room_plans._TIMEZONE: [{"timezone": "Europe/Dublin"}],
            room_plans._ROOMS: [{**room, "occupied_by": None} for room in rooms],
            room_plans._CHANGED_ROOMS: self.changed,
            room_plans._PERIODS: self._all("period"),
            room_plans._BOOKINGS: self._all("booking"),
            room_plans._HOLDS: self._all("hold"),
        }
        return answers[statement]

    def _all(self, name: str) -> list[Row]:
        return [thing[name] for thing in self.things if name in thing]


def breaches(world: World) -> list[str]:
    """The kinds of the breaches."""
    wrong = room_plans.wrong_room_plans(world, Counter())  # type: ignore[arg-type]
    return [breach.invariant for breach in wrong]


# A free night in each room, and a stay of both nights: one of the stays that have a room has to move.
APART = [stay("BK-1", 0, 1, room=1), stay("BK-2", 1, 2, room=2)]
LOCKED = [stay("BK-1", 0, 1, room=1, fixed=True), stay("BK-2", 1, 2, room=2, fixed=True)]
LONG = stay("BK-3", 0, 2)


@pytest.mark.parametrize(
    "world",
    [
        World([]),
        World([*APART, LONG]),
        World([*LOCKED, LONG], without=("BK-3",), informed=("BK-3",)),
        World([block(1, 0, 1), block(2, 1, 2), LONG], without=("BK-3",), informed=("BK-3",)),
        World([stay("BK-1", 0, 1, party=3)], without=("BK-1",), informed=("BK-1",)),
        # which stay of a clash is left out does not matter, if staff know of one
        World([block(1, 0, 9), LONG, stay("BK-4", 0, 2)], without=("BK-4",), informed=("BK-4",)),
        # a booking that has ended since, or has a room by now
        World([*APART, LONG], without=("BK-9",)),
        # a room that is closed tonight, or may have been so at the check
        World([stay("BK-3", 0, 1)], statuses=("OUT_OF_ORDER",) * 2, without=("BK-3",), informed=("BK-3",)),
        World([stay("BK-3", 0, 1)], changed=[{"number": "1"}, {"number": "2"}], without=("BK-3",), informed=("BK-3",)),
        World([*APART, LONG], without=("BK-3",), informed=("BK-3",), last_ago=10.0),  # the next check is still to come
    ],
)
def test_a_check_that_is_right_is_no_breach(world: World) -> None:
    assert breaches(world) == []


@pytest.mark.parametrize(
    "world",
    [
        World([*APART, LONG], without=("BK-3",), informed=("BK-3",)),
        World([*LOCKED, LONG]),
        World([block(1, 0, 1), block(2, 1, 2), LONG]),
        World([*LOCKED, LONG], without=("BK-3",)),
        World([], checked_ago=1_300.0),
    ],
)
def test_a_check_that_is_wrong_or_late_or_told_to_nobody_is_found(world: World) -> None:
    assert breaches(world) == ["I18"]
