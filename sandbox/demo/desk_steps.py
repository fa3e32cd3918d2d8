"""A day at the front desk: who comes without a booking, moves, does not leave in time, stays on, and is checked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.demo.booking_steps import somebody
from sandbox.demo.expecting import eventually, expect, expect_that
from sandbox.demo.staying_steps import room
from sandbox.demo.world import World

NO_ROOM = "NoSuchRoom"


@dataclass(frozen=True)
class WalkInBooking:
    """Somebody who came without a booking, and the booking that was made of it."""

    world: World
    id: str
    guest: Mapping[str, str]

    @property
    def private(self) -> tuple[str, ...]:
        """What nobody may overhear."""
        return tuple(self.guest.values())

    @property
    def path(self) -> str:
        """The booking as staff see it."""
        return f"{self.world.desk}/room-bookings/{self.id}"

    def look(self) -> dict[str, Any]:
        """What staff see of it now."""
        body: dict[str, Any] = self.world.staff().send("GET", f"{self.path}/").body
        return body

    def overstay(self) -> dict[str, Any]:
        """How its overstay stands."""
        body: dict[str, Any] = self.world.staff().send("GET", f"{self.path}/overstay/status/").body
        return body

    def pushed(self, event: str, kinds: str, *, number: str = "") -> None:
        """The realtime event has come once on each of these kinds of channel."""
        channels = self.world.channels(kinds, booking_id=self.id, room=number)
        self.world.push.reached(event, channels, about=lambda data: data.get("booking_id") == self.id)


def ready_rooms(world: World, *, at_least: int) -> list[dict[str, Any]]:
    """Rooms of one type that are free tonight and ready, the first type that has so many."""
    today = world.today()
    asked = {"check_in": str(today), "check_out": str(today + timedelta(days=2))}
    free = world.staff().ask("GET", f"{world.desk}/rooms/availability/", params=asked).body["available_rooms"]
    numbers = {each["room_number"] for each in free if each["next_booking"] is None}
    asked = {"status": "READY_FOR_GUEST", "page_size": "100"}
    listed = world.staff().ask("GET", f"{world.desk}/rooms/", params=asked).body["results"]
    by_type: dict[str, list[dict[str, Any]]] = {}
    for each in listed:
        if each["room_number"] in numbers:
            by_type.setdefault(each["room_type"], []).append(each)
    chosen = next((rooms for rooms in by_type.values() if len(rooms) >= at_least), [])
    expect_that(f"some type has {at_least} rooms that are free and ready", chosen, seen=sorted(numbers))
    return chosen


def walk_in(world: World, number: str, *, first_name: str) -> WalkInBooking:
    """Somebody without a booking: booked, given the room and checked in, in one go, without a card."""
    guest = somebody(first_name)
    path = f"{world.desk}/rooms/{number}/add-guest/"
    told = world.staff().ask("POST", path, status=201, body={"guest": guest}).body
    seen = (told["status"], told["payment_status"], told["assigned_room_number"], told["balance_due"])
    expect("they are in house at once, and owe the night", seen, ("IN_HOUSE", "NONE", number, told["total_amount"]))
    walked = WalkInBooking(world, told["booking_id"], guest)
    for event, kinds in (("booking_created", "hotel"), ("booking_checked_in", "hotel room")):
        walked.pushed(event, kinds, number=number)
    world.mailbox.has(walked.guest["email"], subject=f"Welcome to {world.page['name']}")
    world.staff().refused("POST", path, status=409, code="ROOM_OVERLAP_CONFLICT", body={"guest": guest})
    return walked


def move(walked: WalkInBooking, number: str, to: str) -> None:
    """The guest gets another room; the PIN goes along, the old room is to be cleaned."""
    world = walked.world
    pin = walked.look()["room_pin"]
    body = {"to_room_number": to, "reason": "The tap drips."}
    told = world.staff().ask("POST", f"{walked.path}/move-room/", body=body).body
    expect("the guest lives there now", told["assigned_room_number"], to)
    expect_that("the PIN went along", walked.look()["room_pin"] == pin, seen="another one, or none")
    left, lived_in = room(world, number), room(world, to)
    seen = (left["room_status"], left["is_occupied"], lived_in["room_status"], lived_in["is_occupied"])
    expect("one room is left and one lived in", seen, ("CHECKOUT_DIRTY", False, "OCCUPIED", True))
    for each in (number, to):
        walked.pushed("room_moved", "hotel room", number=each)
    again = world.staff().ask("POST", f"{walked.path}/move-room/", body=body).body
    expect("the same move again changes nothing", again["version"], told["version"])


def outstay(guests: Sequence[WalkInBooking]) -> None:
    """The check-out time passes and nobody leaves: each is flagged, and staff are told."""
    world = guests[0].world
    leaves_at = datetime.fromisoformat(guests[0].look()["checkout_deadline_at"])
    world.advance(leaves_at - world.now() + timedelta(minutes=5))
    for walked in guests:
        state = eventually(
            f"{walked.id} is flagged", walked.overstay, holds=lambda seen: (seen.get("incident") or {}).get("status")
        )
        seen = (state["is_overstay"], state["overstay_severity"], state["incident"]["status"])
        expect("it is an overstay, and a mild one", seen, (True, "LOW", "OPEN"))
        walked.pushed("overstay_flagged", "hotel staff")
    asked = {"bucket": "overdue_checkout", "page_size": "100"}
    rows = world.staff().ask("GET", f"{world.desk}/room-bookings/", params=asked).body["results"]
    late = {row["booking_id"] for row in rows if row["is_overstay"]}
    expect_that("both are on the list of those who should have left", {one.id for one in guests} <= late, seen=late)


def acknowledge(walked: WalkInBooking) -> None:
    """Somebody at the desk has spoken with the guest."""
    told = {"note": "Waits for a taxi."}
    walked.world.staff().ask("POST", f"{walked.path}/overstay/acknowledge/", body=told)
    incident = walked.overstay()["incident"]
    expect("the incident is acknowledged", (incident["status"], incident["note"]), ("ACKNOWLEDGED", told["note"]))
    walked.pushed("overstay_acknowledged", "hotel staff")


def stay_on(walked: WalkInBooking) -> None:
    """The guest keeps the room for another night, and owes it."""
    before = walked.look()
    told = walked.world.staff().ask("POST", f"{walked.path}/overstay/extend/", body={"add_nights": 1}).body
    expect("one night more", told["nights"], before["nights"] + 1)
    expect_that(
        "which is owed", Decimal(told["balance_due"]) > Decimal(before["balance_due"]), seen=told["balance_due"]
    )
    state = walked.overstay()
    seen = (state["is_overstay"], state["incident"]["status"], state["incident"]["resolution"])
    expect("it is no overstay any more", seen, (False, "RESOLVED", "EXTENDED"))
    walked.pushed("overstay_extended", "hotel staff")


def check_out_together(guests: Mapping[str, WalkInBooking]) -> None:
    """Several rooms are checked out at once, by number: one by its id, one by its number, one that there is not."""
    world = next(iter(guests.values())).world
    numbers = list(guests)
    wanted: list[int | str] = [room(world, numbers[0])["id"], *numbers[1:], NO_ROOM]
    told = world.staff().ask("POST", f"{world.desk}/rooms/checkout/", body={"room_ids": wanted}).body
    expect("what it says", told["detail"], f"Processed {len(wanted)} room(s) in hotel '{world.hotel}'")
    results = told["results"]
    gone = sorted(walked.id for walked in guests.values())
    expect("each room on its own", sorted(results["checked_out_bookings"]), gone)
    expect("what could not be is named", results["failed"], [{"room_number": NO_ROOM, "code": "ROOM_NOT_FOUND"}])
    for number, walked in guests.items():
        expect("the guest has left", walked.look()["status"], "COMPLETED")
        expect("the room waits for housekeeping", room(world, number)["room_status"], "CHECKOUT_DIRTY")
        walked.pushed("booking_checked_out", "hotel room", number=number)
        world.mailbox.has(walked.guest["email"], subject=f"Thank you for staying at {world.page['name']}")
    again = world.staff().ask("POST", f"{world.desk}/rooms/checkout/", body={"room_ids": numbers}).body["results"]
    empty = [{"room_number": number, "code": "ROOM_NOT_OCCUPIED"} for number in sorted(numbers)]
    expect("nobody is checked out twice", sorted(again["failed"], key=lambda each: each["room_number"]), empty)


def clean_all(world: World, numbers: Sequence[str]) -> None:
    """Every room that was left is on housekeeping's list, is cleaned and inspected."""
    cleaner, supervisor = world.staff("housekeeping"), world.staff("housekeeping_supervisor")
    asked = {"page_size": "100"}
    listed = cleaner.ask("GET", f"{world.desk}/housekeeping/tasks/", params=asked).body["results"]
    tasks = {task["room_number"]: task["id"] for task in listed}
    expect_that("each has its task", set(numbers) <= set(tasks), seen=sorted(tasks))
    for number in numbers:
        cleaner.ask("POST", f"{world.desk}/housekeeping/tasks/{tasks[number]}/done/")
        told = supervisor.ask("POST", f"{world.desk}/rooms/{number}/inspect/", body={"passed": True}).body
        expect("the room is ready again", told["room_status"], "READY_FOR_GUEST")
