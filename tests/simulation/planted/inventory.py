"""Planted faults of nights, rooms and housekeeping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from contracts.rooms.events import RoomStatus
from services.rooms.domain import assignments, moves, offers
from services.rooms.domain import holds as hold_rules
from services.rooms.domain.holds import NightChange
from services.rooms.handlers import booking_events, extensions, holds
from services.rooms.lifecycle import LIFECYCLE, Act, GuestMovedOut
from services.rooms.steps import blocks, cleaning_tasks, room_status
from services.rooms.steps import holds as hold_steps
from services.rooms.store import nights, sales
from services.rooms.store.rooms import SqlRooms
from tests.simulation.actors import arrivals, decisions, housekeeping
from tests.simulation.actors.clock import DAYS_PASS, WEEK
from tests.simulation.planted.fault import DroppedConstraint, planted
from tests.simulation.planted.replacing import Replacements

ONE = timedelta(days=1)
TURNS = 20  # of other tasks, where a fault needs others to come between
NO_ROOM_TWICE = DroppedConstraint("rooms", "period", "period_no_room_twice")
NO_OVERSELL = DroppedConstraint("rooms", "night", "night_no_oversell")


@planted(
    "I1",
    drops=[NO_ROOM_TWICE],
    favours=("assign",),
    actors=("desk-2",),
    odds={"any room": 0.8, "the best room": 0.0},
    choices={"duty": (arrivals.assign, arrivals.book), "days ahead": (1,)},
    kind_of_run="ordinary",
    steps=900,
)
def two_stays_in_one_room(product: Replacements) -> None:
    """Nothing keeps two stays out of one room: no check, no constraint."""
    product.replace(assignments, "check_no_overlap", lambda *_: None)
    product.replace(moves, "check_no_overlap", lambda *_: None)


@planted("I2", drops=[NO_OVERSELL], favours=("walk_in", "book"), actors=("guests-2",), kind_of_run="ordinary")
def last_room_sold_to_everybody(product: Replacements) -> None:
    """A night is sold although it is full: the statement does not compare, and the constraint is gone."""
    product.replace(nights, "SELL", sa.text(str(nights.SELL).rsplit("AND NOT EXISTS", 1)[0]))
    product.replace(sales, "SALE", re.sub(r"AND NOT EXISTS \(.*\)\s+RETURNING", "RETURNING", sales.SALE))
    product.replace(offers.Offer, "sold_out", False)


@planted(
    "I2",
    "Proved snapshot",
    favours=("walk_in", "book", "cancel"),
    actors=("desk-2", "guests-2"),
    choices={"days ahead": (0, 1)},
    kind_of_run="ordinary",
)
def counters_from_the_snapshot(product: Replacements) -> None:
    """The counter is read without a lock and written as read: of two sales at once, one is lost."""
    shift = nights.SqlNights.shift

    def slowly(self: nights.SqlNights, *about: Any) -> bool:
        is_sold = shift(self, *about)
        for _ in range(TURNS):
            product.turn()
        return is_sold

    unlocked = str(nights.SELL).replace("FOR UPDATE OF n", "").replace("night.sold + summed.step", "summed.sold + step")
    product.replace(nights, "SELL", sa.text(unlocked))
    product.replace(nights.SqlNights, "shift", slowly)
    product.replace(holds, "sell_at_once", _not_at_once)


@planted("I2", steps=150)
def released_nights_stay_sold(product: Replacements) -> None:
    """The nights of an ended hold stay on the counters."""
    product.replace(hold_rules, "released", lambda parts, **_: ((), ()))


@planted(
    "I2",
    favours=("assign", "book"),
    actors=("desk-2",),
    odds={"any room": 0.8, "the best room": 0.0},
    kind_of_run="ordinary",
)
def a_move_leaves_the_counters(product: Replacements) -> None:
    """A room of another type changes no counter, only the hold."""
    count = hold_steps.count_on_type

    def parts_only(work: Any, hold: Any, room_type_id: int, *, today: Any) -> bool:
        parts, changes = hold_rules.moved_to_type(hold.parts, room_type_id, from_on=max(today, hold.stay.check_in))
        if not changes:
            return count(work, hold, room_type_id, today=today)
        work.holds.write_parts([replace(hold, parts=parts)])
        return True

    product.replace(hold_steps, "count_on_type", parts_only)


@planted("I2", favours=("walk_in", "extend"), kind_of_run="ordinary")
def added_nights_are_not_counted(product: Replacements) -> None:
    """An extension changes the hold and no counter."""
    product.replace(extensions, "change", lambda part, by: hold_rules.change(part, by=0 * by))


@planted("I2", choices={"duty": (arrivals.book, decisions.cancel)}, kind_of_run="ordinary")
def endings_are_not_heard(product: Replacements) -> None:
    """The rooms service acknowledges the end of a booking and releases nothing."""
    product.replace(booking_events, "release_later", lambda *_: None)


@planted("I2", favours=("block",), actors=("manager",), kind_of_run="ordinary")
def blocks_leave_the_capacity(product: Replacements) -> None:
    """A blocked room stays on sale."""
    product.replace(blocks, "reduce_capacity", lambda *_: None)


@planted("I3", favours=("walk_in", "check_out"), kind_of_run="ordinary")
def a_room_left_is_ready_at_once(product: Replacements) -> None:
    """A room is ready for the next guest without having been cleaned."""

    class Skipping:
        def after(self, status: RoomStatus, act: type[Act]) -> RoomStatus:
            return RoomStatus.READY_FOR_GUEST if act is GuestMovedOut else LIFECYCLE.after(status, act)

    product.replace(room_status, "LIFECYCLE", Skipping())


@planted("I13", favours=("walk_in", "check_out"), kind_of_run="ordinary")
def check_out_leaves_the_room_occupied(product: Replacements) -> None:
    """The booking is checked out, the stay ends, and the room keeps its status and guest."""
    change = room_status.change

    def unless_leaving(work: Any, room: Any, act: type[Act], **more: Any) -> RoomStatus:
        if act is GuestMovedOut:
            return RoomStatus(room.status)
        return change(work, room, act, **more)

    product.replace(room_status, "change", unless_leaving)


@planted("liveness", favours=("walk_in", "check_out"), kind_of_run="ordinary")
def nobody_is_told_to_clean(product: Replacements) -> None:
    """A room that is left gets no cleaning task."""
    product.replace(cleaning_tasks, "follow", lambda work, room, _, new: work.rooms.change_status(room, new))


@planted(
    "Right 14",
    "I12",
    actors=("manager", "clock"),
    choices={
        "duty": (housekeeping.change_any_status,),
        "status": (RoomStatus.OUT_OF_ORDER,),
        "note": ("So be it.",),
        "days closed": (1,),
        **DAYS_PASS,
    },
    kind_of_run="ordinary",
)
def rooms_stay_out_of_order(product: Replacements) -> None:
    """Nobody returns a room to order whose `until` has come."""
    product.replace(SqlRooms, "due_back", lambda *_: None)


@planted(
    "Right 14",
    actors=("clock",),
    choices={**DAYS_PASS, "span": (WEEK,), "pause": (60.0, 400.0), "next guest": (600.0,)},
    kind_of_run="ordinary",
)
def the_horizon_stands_still(product: Replacements) -> None:
    """The nights of a new day never come on sale."""
    product.replace(nights.SqlNights, "due", lambda *_, **__: None)


@planted(
    "liveness",
    "Proved locks",
    favours=("walk_in", "book", "cancel"),
    actors=("desk-2", "guests-2"),
    choices={"days ahead": (0, 1), "nights": (2, 3)},
    kind_of_run="ordinary",
)
def nights_are_locked_in_no_order(product: Replacements) -> None:
    """A sale locks its nights one by one, an even number from the last one on: two sales wait for each other."""
    shift = nights.SqlNights.shift

    def one_by_one(self: nights.SqlNights, hotels: Any, changes: Sequence[NightChange]) -> bool:
        parts = [replace(each, first_night=night, until=night + ONE) for each in changes for night in _nights(each)]
        for part in parts if len(parts) % 2 else reversed(parts):
            if not shift(self, hotels, [part]):
                return False
            for _ in range(TURNS):
                product.turn()
        return True

    product.replace(nights.SqlNights, "shift", one_by_one)
    product.replace(holds, "sell_at_once", _not_at_once)


def _not_at_once(*_: Any, **__: Any) -> None:
    """Have a hold sell its nights as before, in a transaction of several statements."""
    raise hold_rules.HoldExists


def _nights(change: NightChange) -> Iterator[date]:
    return (change.first_night + day * ONE for day in range((change.until - change.first_night).days))
