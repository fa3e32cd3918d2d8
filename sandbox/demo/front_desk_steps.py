"""A day at the front desk: walk-ins, a room move, an overstay, an extension and a bulk check-out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.demo.booking_steps import new_guest
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect, expect_that
from sandbox.demo.stay_steps import room

NO_ROOM = "NoSuchRoom"


@dataclass(frozen=True)
class WalkInBooking:
    """A walk-in's booking with its guest."""

    demo: DemoContext
    id: str
    guest: Mapping[str, str]

    @property
    def path(self) -> str:
        """The booking's path in the staff API."""
        return f"{self.demo.staff_path}/room-bookings/{self.id}"

    def read(self) -> dict[str, Any]:
        """The booking as staff see it."""
        body: dict[str, Any] = self.demo.staff().send("GET", f"{self.path}/").body
        return body

    def overstay(self) -> dict[str, Any]:
        """The booking's overstay status."""
        body: dict[str, Any] = self.demo.staff().send("GET", f"{self.path}/overstay/status/").body
        return body

    def expect_event(self, event: str, kinds: str, *, number: str = "") -> None:
        """Expect the realtime event once on each of these kinds of channel."""
        channels = self.demo.channels(kinds, booking_id=self.id, room=number)
        self.demo.push.expect_event(event, channels, about=lambda data: data.get("booking_id") == self.id)


def ready_rooms(demo: DemoContext, *, at_least: int) -> list[dict[str, Any]]:
    """The free and ready rooms of the first room type with at least `at_least` free and ready rooms."""
    today = demo.today()
    params = {"check_in": str(today), "check_out": str(today + timedelta(days=2))}
    free = demo.staff().call("GET", f"{demo.staff_path}/rooms/availability/", params=params).body["available_rooms"]
    numbers = {each["room_number"] for each in free if each["next_booking"] is None}
    params = {"status": "READY_FOR_GUEST", "page_size": "100"}
    listed = demo.staff().call("GET", f"{demo.staff_path}/rooms/", params=params).body["results"]
    by_type: dict[str, list[dict[str, Any]]] = {}
    for each in listed:
        if each["room_number"] in numbers:
            by_type.setdefault(each["room_type"], []).append(each)
    chosen = next((rooms for rooms in by_type.values() if len(rooms) >= at_least), [])
    expect_that(f"a room type has {at_least} rooms that are free and ready", chosen, actual=sorted(numbers))
    return chosen


def walk_in(demo: DemoContext, number: str, *, first_name: str) -> WalkInBooking:
    """Book, assign and check in a walk-in by one request, without a card."""
    guest = new_guest(first_name)
    path = f"{demo.staff_path}/rooms/{number}/add-guest/"
    result = demo.staff().call("POST", path, status=201, body={"guest": guest}).body
    actual = (result["status"], result["payment_status"], result["assigned_room_number"], result["balance_due"])
    expect("the walk-in is in house and owes the night", actual, ("IN_HOUSE", "NONE", number, result["total_amount"]))
    walked = WalkInBooking(demo, result["booking_id"], guest)
    for event, kinds in (("booking_created", "hotel"), ("booking_checked_in", "hotel room")):
        walked.expect_event(event, kinds, number=number)
    demo.mailbox.expect_mail(walked.guest["email"], subject=f"Welcome to {demo.page['name']}")
    demo.staff().expect_refusal("POST", path, status=409, code="ROOM_OVERLAP_CONFLICT", body={"guest": guest})
    return walked


def move(walked: WalkInBooking, number: str, to: str) -> None:
    """The guest moves to another room and keeps the PIN; the old room is to be cleaned."""
    demo = walked.demo
    pin = walked.read()["room_pin"]
    body = {"to_room_number": to, "reason": "The tap drips."}
    result = demo.staff().call("POST", f"{walked.path}/move-room/", body=body).body
    expect("the guest has the new room", result["assigned_room_number"], to)
    expect_that("the PIN is unchanged", walked.read()["room_pin"] == pin, actual="another one, or none")
    left, lived_in = room(demo, number), room(demo, to)
    actual = (left["room_status"], left["is_occupied"], lived_in["room_status"], lived_in["is_occupied"])
    expect("the old room is vacated and the new room is occupied", actual, ("CHECKOUT_DIRTY", False, "OCCUPIED", True))
    for each in (number, to):
        walked.expect_event("room_moved", "hotel room", number=each)
    again = demo.staff().call("POST", f"{walked.path}/move-room/", body=body).body
    expect("the same move again changes nothing", again["version"], result["version"])


def overstay_check_out(guests: Sequence[WalkInBooking]) -> None:
    """The check-out time passes without a check-out: each booking is flagged, and staff are notified."""
    demo = guests[0].demo
    leaves_at = datetime.fromisoformat(guests[0].read()["checkout_deadline_at"])
    demo.advance(leaves_at - demo.now() + timedelta(minutes=5))
    for walked in guests:
        state = eventually(
            f"{walked.id} is flagged",
            walked.overstay,
            holds=lambda actual: (actual.get("incident") or {}).get("status"),
        )
        actual = (state["is_overstay"], state["overstay_severity"], state["incident"]["status"])
        expect("the booking is an overstay of low severity", actual, (True, "LOW", "OPEN"))
        walked.expect_event("overstay_flagged", "hotel staff")
    params = {"bucket": "overdue_checkout", "page_size": "100"}
    rows = demo.staff().call("GET", f"{demo.staff_path}/room-bookings/", params=params).body["results"]
    late = {row["booking_id"] for row in rows if row["is_overstay"]}
    expect_that("both are listed as overdue", {one.id for one in guests} <= late, actual=late)


def acknowledge(walked: WalkInBooking) -> None:
    """The desk acknowledges the overstay."""
    body = {"note": "Waits for a taxi."}
    walked.demo.staff().call("POST", f"{walked.path}/overstay/acknowledge/", body=body)
    incident = walked.overstay()["incident"]
    expect("the incident is acknowledged", (incident["status"], incident["note"]), ("ACKNOWLEDGED", body["note"]))
    walked.expect_event("overstay_acknowledged", "hotel staff")


def extend_overstay(walked: WalkInBooking) -> None:
    """The desk extends the stay by one night; the guest owes its price."""
    before = walked.read()
    result = walked.demo.staff().call("POST", f"{walked.path}/overstay/extend/", body={"add_nights": 1}).body
    expect("the stay has one more night", result["nights"], before["nights"] + 1)
    expect_that(
        "the added night is owed",
        Decimal(result["balance_due"]) > Decimal(before["balance_due"]),
        actual=result["balance_due"],
    )
    state = walked.overstay()
    actual = (state["is_overstay"], state["incident"]["status"], state["incident"]["resolution"])
    expect("the overstay is resolved", actual, (False, "RESOLVED", "EXTENDED"))
    walked.expect_event("overstay_extended", "hotel staff")


def check_out_rooms(guests: Mapping[str, WalkInBooking]) -> None:
    """Check out several rooms by one request: a room id, a room number, and a room that does not exist."""
    demo = next(iter(guests.values())).demo
    numbers = list(guests)
    room_ids: list[int | str] = [room(demo, numbers[0])["id"], *numbers[1:], NO_ROOM]
    result = demo.staff().call("POST", f"{demo.staff_path}/rooms/checkout/", body={"room_ids": room_ids}).body
    expect("the summary", result["detail"], f"Processed {len(room_ids)} room(s) in hotel '{demo.hotel}'")
    results = result["results"]
    gone = sorted(walked.id for walked in guests.values())
    expect("each booking is checked out", sorted(results["checked_out_bookings"]), gone)
    expect("the unknown room is reported", results["failed"], [{"room_number": NO_ROOM, "code": "ROOM_NOT_FOUND"}])
    for number, walked in guests.items():
        expect("the booking is completed", walked.read()["status"], "COMPLETED")
        expect("the room waits for housekeeping", room(demo, number)["room_status"], "CHECKOUT_DIRTY")
        walked.expect_event("booking_checked_out", "hotel room", number=number)
        demo.mailbox.expect_mail(walked.guest["email"], subject=f"Thank you for staying at {demo.page['name']}")
    again = demo.staff().call("POST", f"{demo.staff_path}/rooms/checkout/", body={"room_ids": numbers}).body["results"]
    empty = [{"room_number": number, "code": "ROOM_NOT_OCCUPIED"} for number in sorted(numbers)]
    expect(
        "a second check-out is refused per room", sorted(again["failed"], key=lambda each: each["room_number"]), empty
    )


def clean_rooms(demo: DemoContext, numbers: Sequence[str]) -> None:
    """Expect a cleaning task for each vacated room. Housekeeping cleans each room, and the supervisor inspects it."""
    cleaner, supervisor = demo.staff("housekeeping"), demo.staff("housekeeping_supervisor")
    params = {"page_size": "100"}
    listed = cleaner.call("GET", f"{demo.staff_path}/housekeeping/tasks/", params=params).body["results"]
    tasks = {task["room_number"]: task["id"] for task in listed}
    expect_that("each room has its task", set(numbers) <= set(tasks), actual=sorted(tasks))
    for number in numbers:
        cleaner.call("POST", f"{demo.staff_path}/housekeeping/tasks/{tasks[number]}/done/")
        result = supervisor.call("POST", f"{demo.staff_path}/rooms/{number}/inspect/", body={"passed": True}).body
        expect("the room is ready again", result["room_status"], "READY_FOR_GUEST")
