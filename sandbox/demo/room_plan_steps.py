"""The room plan: a stay gets a room once another stay has moved, and a locked room stays where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.demo.booking_steps import new_guest
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import ExpectationFailed, expect, expect_that
from sandbox.demo.search_steps import units_left

DAYS_AHEAD, MOST_DAYS_AHEAD = 40, 320
NIGHTS = 4
FIRST_HALF, SECOND_HALF, WHOLE = (0, 2), (2, NIGHTS), (0, NIGHTS)


@dataclass(frozen=True)
class PlannedBooking:
    """A booking that staff took on the phone, with its guest. The nights to plan begin at `begins`."""

    demo: DemoContext
    id: str
    guest: Mapping[str, str]
    begins: date

    @property
    def path(self) -> str:
        """The booking's path in the staff API."""
        return f"{self.demo.staff_path}/room-bookings/{self.id}"

    def room_number(self) -> str | None:
        """The number of the booking's room."""
        number: str | None = self.demo.staff().send("GET", f"{self.path}/").body["assigned_room_number"]
        return number


def fill(demo: DemoContext, *, today: date) -> list[PlannedBooking]:
    """Fill a type's rooms some weeks ahead, so that a last stay fits once two others share a room.

    The first two bookings have a room for half of the nights each, the others are locked in theirs, and the last
    booking has none.
    """
    room_type, numbers = _smallest_type(demo)
    begins = _free_nights(demo, room_type, rooms=len(numbers), today=today)
    stays = [FIRST_HALF, SECOND_HALF, *[WHOLE] * (len(numbers) - 2), WHOLE]
    bookings = [_book(demo, room_type, nights, begins=begins) for nights in stays]
    for position, (booked, number) in enumerate(zip(bookings, numbers, strict=False)):
        body = {"room_number": number, "locked": position > 1}
        result = demo.staff().call("POST", f"{booked.path}/assign-room/", body=body).body
        actual = result["assigned_room_number"], result["room_locked"]
        expect("the booking has the room, locked or not", actual, (number, position > 1))
    return bookings


def plan(bookings: list[PlannedBooking]) -> None:
    """Staff have the rooms planned: one stay moves, the last one gets a room, and no locked room changes."""
    demo, last = bookings[0].demo, bookings[-1]
    until = last.begins + timedelta(days=NIGHTS)
    body = {"from": str(last.begins), "until": str(until), "booking_ids": [last.id]}
    result = demo.staff().call("POST", f"{demo.staff_path}/rooms/auto-assign/", body=body).body
    [assigned], [moved] = result["assigned"], result["moved"]
    expect("no better plan exists", (result["impossible"], result["proven"], result["moves_at_least"]), ([], True, 1))
    actual = assigned["booking_id"], assigned["room_number"]
    expect("the last stay has the room that the other one leaves", actual, (last.id, moved["from"]))
    rooms = {each.room_number() for each in bookings[:2]}
    expect("the two halves share a room", rooms, {moved["to"]})
    locked = {each.room_number() for each in bookings[2:-1]}
    expect_that("no locked room has changed", locked.isdisjoint(rooms | {moved["from"]}), actual=locked)
    channels = demo.channels("hotel booking room", booking_id=last.id, room=assigned["room_number"])
    demo.push.expect_event("room_assigned", channels, about=lambda data: data.get("booking_id") == last.id)
    demo.transcript.line("desk", f"{moved['booking_id']} moves", f"{moved['from']} → {moved['to']}")


def _smallest_type(demo: DemoContext) -> tuple[str, list[str]]:
    """The code and the room numbers of the type with the fewest rooms that has two."""
    listed = demo.staff().call("GET", f"{demo.staff_path}/rooms/", params={"page_size": "100"}).body["results"]
    by_type: dict[str, list[str]] = {}
    for each in listed:
        by_type.setdefault(each["room_type_code"], []).append(each["room_number"])
    several = {code: numbers for code, numbers in by_type.items() if len(numbers) > 1}
    expect_that("a room type has two rooms", several, actual=by_type)
    return min(several.items(), key=lambda item: len(item[1]))


def _free_nights(demo: DemoContext, room_type: str, *, rooms: int, today: date) -> date:
    """The first of the nights on which nothing of the type is sold; an earlier walk has sold some."""
    for days in range(DAYS_AHEAD, MOST_DAYS_AHEAD, NIGHTS):
        first = today + timedelta(days=days)
        if units_left(demo, room_type, check_in=first, check_out=first + timedelta(days=NIGHTS)) == rooms:
            return first
    raise ExpectationFailed("nights on which no room of the type is sold", expected=room_type, actual="none")


def _book(demo: DemoContext, room_type: str, nights: tuple[int, int], *, begins: date) -> PlannedBooking:
    guest = new_guest("Grainne")
    first, until = (begins + timedelta(days=night) for night in nights)
    body = {
        "room_type_code": room_type,
        "check_in": str(first),
        "check_out": str(until),
        "adults": 1,
        "guest": guest,
        "payment": "none",
    }
    result = demo.staff().call("POST", f"{demo.staff_path}/room-bookings/", status=201, body=body).body
    expect("the booking is confirmed", result["status"], "CONFIRMED")
    return PlannedBooking(demo, result["booking_id"], guest, begins)
