"""The stay: room assignment, check-in, check-out and room turnover."""

from typing import Any

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.clients import ApiClient
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect, expect_fields, expect_that


def room(demo: DemoContext, number: str) -> dict[str, Any]:
    """The room as staff see it."""
    body: dict[str, Any] = demo.staff().send("GET", f"{demo.staff_path}/rooms/{number}/").body
    return body


def assign(booked: DemoBooking) -> str:
    """The front desk assigns the first suitable room. Returns its number."""
    desk = booked.demo.staff()
    desk.expect_refusal("POST", f"{booked.staff_path}/check-in/", status=409, code="NO_ROOM_ASSIGNED")
    rooms = desk.call("GET", f"{booked.staff_path}/available-rooms/").body["available_rooms"]
    ready = [each["room_number"] for each in rooms if each["room_status"] == "READY_FOR_GUEST" and each["matches_type"]]
    expect_that("a room of the booked type is ready", ready, actual=rooms)
    number: str = ready[0]
    result = desk.call("POST", f"{booked.staff_path}/assign-room/", body={"room_number": number}).body
    actual = (result["assigned_room_number"], result["can_check_in"], result["warnings"])
    expect("the booking has the room", actual, (number, True, []))
    booked.expect_event("room_assigned", "hotel booking room", room=number)
    again = desk.call("POST", f"{booked.staff_path}/assign-room/", body={"room_number": number}).body
    expect("the same room again changes nothing", again["version"], result["version"])
    return number


def check_in(booked: DemoBooking, number: str) -> dict[str, Any]:
    """The guest is checked in and gets Wi-Fi and PIN. Returns the booking as the guest sees it."""
    demo = booked.demo
    result = demo.staff().call("POST", f"{booked.staff_path}/check-in/").body
    expect("the guest is in house", result["status"], "IN_HOUSE")
    actual = booked.wait_for_status("IN_HOUSE")
    expect_fields("the guest's Wi-Fi", actual["wifi"] or {}, ("ssid", "password"))
    pin = str(actual["room_pin"])
    expect("the PIN has 4 to 8 digits", pin.isdigit() and 4 <= len(pin) <= 8, True)
    at_desk = demo.staff().call("GET", f"{booked.staff_path}/").body
    expect("staff see the same PIN", at_desk["room_pin"] == pin, True)
    lived_in = room(demo, number)
    expect("the room is occupied", (lived_in["room_status"], lived_in["is_occupied"]), ("OCCUPIED", True))
    booked.expect_event("booking_checked_in", "hotel booking room", room=number)
    booked.expect_mail(f"Welcome to {demo.page['name']}")
    demo.transcript.line("guest", "has Wi-Fi and a PIN", f"{actual['wifi']['ssid']}, room {number}")
    return actual


def check_out(booked: DemoBooking, number: str) -> None:
    """The guest is checked out: the room is dirty, PIN and Wi-Fi are removed."""
    demo = booked.demo
    result = demo.staff().call("POST", f"{booked.staff_path}/check-out/").body
    expect("the message of check-out", result["message"], "Booking checked out successfully")
    booking = result["booking"]
    actual = (booking["booking_id"], booking["status"], booking["assigned_room"])
    left = {"room_number": number, "room_status": "CHECKOUT_DIRTY"}
    expect("the booking in the response", actual, (booked.id, "COMPLETED", left))
    after = booked.wait_for_status("COMPLETED")
    expect("PIN and Wi-Fi are removed", (after["wifi"], after["room_pin"]), (None, None))
    expect("the room waits for housekeeping", room(demo, number)["room_status"], "CHECKOUT_DIRTY")
    booked.expect_event("booking_checked_out", "hotel booking room", room=number)
    booked.expect_mail(f"Thank you for staying at {demo.page['name']}")
    again = demo.staff().call("POST", f"{booked.staff_path}/check-out/").body
    expect("checking out again changes nothing", again["booking"]["checked_out_at"], booking["checked_out_at"])


def clean_room(demo: DemoContext, number: str) -> None:
    """Housekeeping cleans the room, the supervisor inspects it, and the room is ready."""
    cleaner, supervisor = demo.staff("housekeeping"), demo.staff("housekeeping_supervisor")
    path = f"{demo.staff_path}/rooms/{number}"
    turns: tuple[tuple[ApiClient, str, dict[str, Any], str], ...] = (
        (cleaner, "start-cleaning", {}, "CLEANING_IN_PROGRESS"),
        (cleaner, "mark-cleaned", {}, "CLEANED_UNINSPECTED"),
        (supervisor, "inspect", {"passed": True, "notes": "Spotless."}, "READY_FOR_GUEST"),
    )
    before = demo.push.events(channel=demo.channels("room", room=number)[0])
    after = before[-1]["seq"] if before else 0
    for who, action, body, status in turns:
        if action == "inspect":
            cleaner.expect_refusal("POST", f"{path}/inspect/", status=403, code="PERMISSION_DENIED", body=body)
        result = who.call("POST", f"{path}/{action}/", body=body).body
        expect(f"{action} makes it {status}", result["room_status"], status)
    expected = [status for _, _, _, status in turns]
    for channel in demo.channels("hotel room", room=number):
        eventually(
            f"the room's changes on {channel}",
            lambda channel=channel: [  # type: ignore[misc]
                result["data"]["new_status"]
                for result in demo.push.events(channel=channel, event="room_status_changed", after=after)
                if result["data"]["room_number"] == number
            ],
            holds=lambda actual: actual[-len(expected) :] == expected,
        )
    demo.transcript.line("push", "room_status_changed", " → ".join(expected))
    history = demo.staff().call("GET", f"{path}/status-history/").body["results"]
    expect(
        "the status history lists the changes, newest first", [row["new_status"] for row in history[:3]], expected[::-1]
    )
