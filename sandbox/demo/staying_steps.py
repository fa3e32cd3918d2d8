"""The stay: a room for the booking, the guest in it, the guest gone, and the room made ready again."""

from typing import Any

from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import eventually, expect, expect_fields, expect_that
from sandbox.demo.parties import Party
from sandbox.demo.world import World


def room(world: World, number: str) -> dict[str, Any]:
    """The room as staff see it."""
    found: dict[str, Any] = world.staff().send("GET", f"{world.desk}/rooms/{number}/").body
    return found


def assign(booked: Booked) -> str:
    """The front desk gives the booking the best room there is; its number."""
    desk = booked.world.staff()
    desk.refused("POST", f"{booked.desk_path}/check-in/", status=409, code="NO_ROOM_ASSIGNED")
    found = desk.ask("GET", f"{booked.desk_path}/available-rooms/").body["available_rooms"]
    ready = [each["room_number"] for each in found if each["room_status"] == "READY_FOR_GUEST" and each["matches_type"]]
    expect_that("a room of the booked type is ready", ready, seen=found)
    number: str = ready[0]
    told = desk.ask("POST", f"{booked.desk_path}/assign-room/", body={"room_number": number}).body
    seen = (told["assigned_room_number"], told["can_check_in"], told["warnings"])
    expect("the booking has the room", seen, (number, True, []))
    booked.pushed("room_assigned", "hotel booking room", room=number)
    again = desk.ask("POST", f"{booked.desk_path}/assign-room/", body={"room_number": number}).body
    expect("the same room again changes nothing", again["version"], told["version"])
    return number


def check_in(booked: Booked, number: str) -> dict[str, Any]:
    """The guest moves in, and is told how to get online and through the door. What the guest sees."""
    world = booked.world
    told = world.staff().ask("POST", f"{booked.desk_path}/check-in/").body
    expect("the guest is in house", told["status"], "IN_HOUSE")
    seen = booked.becomes("IN_HOUSE")
    expect_fields("the guest's Wi-Fi", seen["wifi"] or {}, ("ssid", "password"))
    pin = str(seen["room_pin"])
    expect("the PIN has 4 to 8 digits", pin.isdigit() and 4 <= len(pin) <= 8, True)
    at_desk = world.staff().ask("GET", f"{booked.desk_path}/").body
    expect("the front desk knows the PIN too", at_desk["room_pin"] == pin, True)
    lived_in = room(world, number)
    expect("the room is lived in", (lived_in["room_status"], lived_in["is_occupied"]), ("OCCUPIED", True))
    booked.pushed("booking_checked_in", "hotel booking room", room=number)
    booked.mailed(f"Welcome to {world.page['name']}")
    world.transcript.line("guest", "has Wi-Fi and a PIN", f"{seen['wifi']['ssid']}, room {number}")
    return seen


def check_out(booked: Booked, number: str) -> None:
    """The guest leaves: the room is dirty, and what was secret is gone."""
    world = booked.world
    told = world.staff().ask("POST", f"{booked.desk_path}/check-out/").body
    expect("what check-out says", told["message"], "Booking checked out successfully")
    booking = told["booking"]
    seen = (booking["booking_id"], booking["status"], booking["assigned_room"])
    left = {"room_number": number, "room_status": "CHECKOUT_DIRTY"}
    expect("what check-out tells of the booking", seen, (booked.id, "COMPLETED", left))
    after = booked.becomes("COMPLETED")
    expect("PIN and Wi-Fi are gone", (after["wifi"], after["room_pin"]), (None, None))
    expect("the room waits for housekeeping", room(world, number)["room_status"], "CHECKOUT_DIRTY")
    booked.pushed("booking_checked_out", "hotel booking room", room=number)
    booked.mailed(f"Thank you for staying at {world.page['name']}")
    again = world.staff().ask("POST", f"{booked.desk_path}/check-out/").body
    expect("checking out again changes nothing", again["booking"]["checked_out_at"], booking["checked_out_at"])


def turn_over(world: World, number: str) -> None:
    """Housekeeping cleans, the supervisor inspects, the room is ready."""
    cleaner, supervisor = world.staff("housekeeping"), world.staff("housekeeping_supervisor")
    path = f"{world.desk}/rooms/{number}"
    turns: tuple[tuple[Party, str, dict[str, Any], str], ...] = (
        (cleaner, "start-cleaning", {}, "CLEANING_IN_PROGRESS"),
        (cleaner, "mark-cleaned", {}, "CLEANED_UNINSPECTED"),
        (supervisor, "inspect", {"passed": True, "notes": "Spotless."}, "READY_FOR_GUEST"),
    )
    before = world.push.told(channel=world.channels("room", room=number)[0])
    after = before[-1]["seq"] if before else 0
    for who, action, body, status in turns:
        if action == "inspect":
            cleaner.refused("POST", f"{path}/inspect/", status=403, code="PERMISSION_DENIED", body=body)
        told = who.ask("POST", f"{path}/{action}/", body=body).body
        expect(f"{action} makes it {status}", told["room_status"], status)
    wanted = [status for _, _, _, status in turns]
    for channel in world.channels("hotel room", room=number):
        eventually(
            f"the room's changes on {channel}",
            lambda channel=channel: [  # type: ignore[misc]
                told["data"]["new_status"]
                for told in world.push.told(channel=channel, event="room_status_changed", after=after)
                if told["data"]["room_number"] == number
            ],
            holds=lambda seen: seen[-len(wanted) :] == wanted,
        )
    world.transcript.line("push", "room_status_changed", " → ".join(wanted))
    history = world.staff().ask("GET", f"{path}/status-history/").body["results"]
    expect("its history says so, newest first", [row["new_status"] for row in history[:3]], wanted[::-1])
