"""I18: the product's check of each hotel's room plan is right, by trying every arrangement, and staff were told.

Simulated staff lock and block rooms that sold stays need, so that a stay without a room is not always a fault. What is
one: a stay that the check leaves without a room although an arrangement has one for it, a stay without a room of which
the check does not know, and one of which staff were not told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.judging.judged_world import Breach, JudgedWorld, Row
from tests.simulation.judging.room_oracle import Nights, PlannableStay, least_without_room

CHECKED_EVERY = timedelta(seconds=660)  # a little longer than the product takes for a change without a mark
NIGHT = timedelta(days=1)
CLOSED = ("MAINTENANCE_REQUIRED", "OUT_OF_ORDER")

_CHECKS = """
    SELECT hotel, checked_at, due_at, impossible FROM room_plan_check WHERE checked_at IS NOT NULL ORDER BY hotel
"""
_TOLD = """
    SELECT data ->> 'booking_id' AS booking_id, data -> 'blocked_by' AS blocked_by FROM outbox
    WHERE type = 'bookings.RoomPlanImpossible.v1' AND hotel = %(hotel)s
"""
_BOOKINGS = """
    SELECT id, status, adults + children AS party, assigned_room_number AS room,
           room_locked OR pending_change IS NOT NULL AS fixed
    FROM booking WHERE hotel = %(hotel)s AND status IN ('PENDING_APPROVAL', 'CONFIRMED') ORDER BY id
"""
# The newest event that may change a plan; a booking that expires unpaid was in none.
_LAST = """
    SELECT max(event.time) AS at FROM outbox event WHERE event.hotel = %(hotel)s
    AND split_part(event.type, '.', 2) = ANY(%(kinds)s) AND NOT EXISTS (
        SELECT FROM audit WHERE (audit.subject, audit.sequence) = (event.subject, event.sequence)
        AND audit.from_status = 'PENDING_PAYMENT' AND audit.to_status = 'EXPIRED'
    )
"""
PLAN_EVENTS = [
    "BookingAwaitsApproval", "BookingConfirmed", "BookingDeclined", "BookingCancelled", "BookingExpired",
    "BookingNoShow", "BookingPaymentFailed", "BookingAmended", "StayExtended", "StayChanged", "StayChangeHeld",
    "StayChangeLapsed", "RoomAssigned", "RoomUnassigned", "RoomLocked", "RoomMoved", "GuestCheckedIn",
    "GuestCheckedOut", "CheckInUndone", "CheckOutUndone", "NoShowUndone", "AvailabilityChanged",
]  # fmt: skip
_CHANGED_ROOMS = """
    SELECT data ->> 'room_number' AS number FROM outbox
    WHERE hotel = %(hotel)s AND type = 'rooms.RoomStatusChanged.v1' AND time > %(since)s
"""
_TIMEZONE = "SELECT timezone FROM hotel WHERE slug = %(hotel)s"
_ROOMS = """
    SELECT r.id, r.room_number, r.room_type_id, t.max_occupancy, r.status, r.occupied_by FROM room r
    JOIN room_type t ON (t.hotel, t.id) = (r.hotel, r.room_type_id)
    WHERE r.hotel = %(hotel)s AND r.removed_at IS NULL AND r.is_active ORDER BY r.id
"""
_PERIODS = """
    SELECT room_id, kind = 'STAY' AND NOT held AS is_stay, booking_id,
           moved_in_at IS NOT NULL AS moved_in, lower(nights) AS first, upper(nights) AS until
    FROM period WHERE hotel = %(hotel)s AND live AND NOT isempty(nights) ORDER BY id
"""
_HOLDS = """
    SELECT hold.booking_id, hold.room_type_id, hold.check_in, hold.check_out, part.room_type_id AS counted, part.until
    FROM hold LEFT JOIN hold_part part USING (hotel, booking_id)
    WHERE hold.hotel = %(hotel)s AND hold.ended_at IS NULL AND hold.change_of IS NULL ORDER BY 1, part.first_night
"""


def wrong_room_plans(world: JudgedWorld, coverage: Counter[str]) -> Iterator[Breach]:
    """The breaches in the last check of each hotel's room plan, at rest."""
    for check in world.sql("bookings", _CHECKS):
        if check["due_at"] < world.now() - CHECKED_EVERY:
            yield Breach("I18", f"{check['hotel']} was to be checked at {check['due_at']}")
        elif _may_be_older(world, check):
            coverage["plan of before"] += 1
        else:
            yield from _judged(world, check, coverage)


def _judged(world: JudgedWorld, check: Row, coverage: Counter[str]) -> Iterator[Breach]:
    hotel = PlannedHotel.read(world, check)
    without = {
        each["stay"]["booking_id"]: [obstacle["id"] for obstacle in each["stay"]["blocked_by"]]
        for each in check["impossible"]
        if each["stay"]["booking_id"] in hotel.without_room
    }
    least, most = hotel.least_without_room(closed=False), hotel.least_without_room(closed=True)
    coverage["plan judged"] += 1
    coverage["plan with a stay without a room"] += most > 0
    if not least <= len(without) <= most:
        what = f"{sorted(without)} are without a room; {least} to {most} of {sorted(hotel.without_room)} have to be"
        yield Breach("I18", f"{check['hotel']}, checked at {check['checked_at']}: {what}")
    notices = world.sql("bookings", _TOLD, hotel=check["hotel"])
    known = {row["booking_id"] for row in notices} | {each["id"] for row in notices for each in row["blocked_by"]}
    for booking_id, obstacles in without.items():
        if booking_id not in known and not known.intersection(obstacles):
            yield Breach("I18", f"{booking_id} has no room in any plan, and nobody was told")


def _may_be_older(world: JudgedWorld, check: Row) -> bool:
    """Whether something has happened in the hotel since the check, so that the next one is still to come."""
    rows = [world.sql(service, _LAST, hotel=check["hotel"], kinds=PLAN_EVENTS) for service in ("bookings", "rooms")]
    newest = max((row["at"] for [row] in rows if row["at"]), default=check["checked_at"])
    return bool(newest > check["checked_at"] and newest > world.now() - CHECKED_EVERY)


@dataclass(frozen=True)
class PlannedHotel:
    """The rooms, periods and sold stays of a hotel. `today` is the hotel's date at its check.

    `changed_rooms` are the numbers of rooms whose status has changed since the check.
    """

    today: date
    rooms: Sequence[Row]
    periods: Sequence[Row]
    bookings: dict[str, Row]
    holds: dict[str, list[Row]]
    changed_rooms: frozenset[str]

    @classmethod
    def read(cls, world: JudgedWorld, check: Row) -> PlannedHotel:
        """Read the hotel of a check."""
        hotel = {"hotel": check["hotel"]}
        [row] = world.sql("rooms", _TIMEZONE, **hotel)
        holds: dict[str, list[Row]] = defaultdict(list)
        for hold in world.sql("rooms", _HOLDS, **hotel):
            holds[hold["booking_id"]].append(hold)
        today = check["checked_at"].astimezone(ZoneInfo(row["timezone"])).date()
        periods = [row for row in world.sql("rooms", _PERIODS, **hotel) if row["until"] >= today]
        bookings = {row["id"]: row for row in world.sql("bookings", _BOOKINGS, **hotel)}
        changed = world.sql("rooms", _CHANGED_ROOMS, **hotel, since=check["checked_at"])
        numbers = frozenset(row["number"] for row in changed)
        return cls(today, world.sql("rooms", _ROOMS, **hotel), periods, bookings, holds, numbers)

    @property
    def without_room(self) -> dict[str, Row]:
        """The sold stays without a room that have a night from today on, by booking id."""
        roomed = {period["booking_id"] for period in self.periods}
        return {
            name: booking
            for name, booking in self.bookings.items()
            if not booking["room"] and name in self.holds and name not in roomed
            if self.holds[name][0]["check_out"] > self.today
        }

    def least_without_room(self, *, closed: bool) -> int:
        """The least number of stays that no arrangement gives a room.

        With `closed`, nobody gets a room tonight that is not ready, and any may have been so at the check.
        """
        types: dict[int, list[PlannableStay]] = defaultdict(list)
        number = 0
        sleeps = {room["room_type_id"]: room["max_occupancy"] for room in self.rooms}
        for name, booking in self.without_room.items():
            counted = self._counted_type(name)
            if counted is None or sleeps.get(counted, booking["party"]) < booking["party"]:
                number += 1
            else:
                hold = self.holds[name][0]
                types[counted].append(PlannableStay(self._nights(hold["check_in"], hold["check_out"]), has_room=False))
        needed = set(types)
        taken: dict[int, dict[int, list[Nights]]] = {kind: {} for kind in needed}
        for room in self.rooms:
            if room["room_type_id"] in needed:
                fixed, movable = self._periods_of(room, closed=closed)
                taken[room["room_type_id"]][room["id"]] = fixed
                types[room["room_type_id"]] += movable
        return number + sum(least_without_room(taken[kind], types[kind]) for kind in needed)

    def _periods_of(self, room: Row, *, closed: bool) -> tuple[list[Nights], list[PlannableStay]]:
        """The nights of the room that nobody else may have, and the stays in it that may have another room."""
        fixed, movable = [], []
        is_closed = closed and self._may_be_closed(room)
        for period in [each for each in self.periods if each["room_id"] == room["id"] and each["until"] > self.today]:
            nights = self._nights(period["first"], period["until"])
            stays_tonight = is_closed and nights.first == self.today
            if self._is_movable(period, room) and not stays_tonight:
                movable.append(PlannableStay(nights, has_room=True))
            else:
                fixed.append(nights)
        tonight = Nights(self.today, self.today + NIGHT)
        if is_closed and not any(tonight.overlap(each) for each in (*fixed, *(stay.nights for stay in movable))):
            fixed.append(tonight)
        return fixed, movable

    def _is_movable(self, period: Row, room: Row) -> bool:
        booking = self.bookings.get(period["booking_id"])
        hold: Any = self.holds.get(period["booking_id"], [None])[0]
        return bool(
            period["is_stay"]
            and not period["moved_in"]
            and booking
            and not booking["fixed"]
            and hold
            and hold["room_type_id"] == room["room_type_id"]
        )

    def _may_be_closed(self, room: Row) -> bool:
        """Whether the room was perhaps not ready for tonight at the check: closed, or its guest was to leave before."""
        leaving = {period["booking_id"] for period in self.periods}
        overstays = room["occupied_by"] is not None and room["occupied_by"] not in leaving
        return room["status"] in CLOSED or overstays or room["room_number"] in self.changed_rooms

    def _counted_type(self, name: str) -> int | None:
        """The type on which the nights from today on count; None where they count on several."""
        parts = self.holds[name]
        counted = {part["counted"] for part in parts if part["counted"] is not None and part["until"] > self.today}
        counted = counted or {parts[0]["room_type_id"]}
        return counted.pop() if len(counted) == 1 else None

    def _nights(self, first: date, until: date) -> Nights:
        return Nights(max(first, self.today), until)
