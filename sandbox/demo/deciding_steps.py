"""The front desk's decision: find the booking, then say yes or no."""

from typing import Any

from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import expect, expect_fields, expect_that
from sandbox.demo.world import World

ROW_FIELDS = (
    "id",
    "booking_id",
    "confirmation_number",
    "hotel_name",
    "room_type_name",
    "assigned_room_number",
    "has_room_assigned",
    "can_check_in",
    "guest_name",
    "guest_email",
    "guest_phone",
    "check_in",
    "check_out",
    "nights",
    "adults",
    "children",
    "total_amount",
    "currency",
    "status",
    "source",
    "created_at",
    "paid_at",
    "approval_deadline_at",
    "approval_risk",
    "checkout_deadline_at",
    "is_overstay",
    "overstay_severity",
    "is_new_for_staff",
)


def come_to_work(world: World) -> None:
    """The front desk signs in and is told who they are and where to listen."""
    told = world.staff().ask("GET", f"{world.desk}/me/").body
    expect("they work at the hotel", told["hotel"]["slug"], world.hotel)
    expect_that("they may approve", "can_approve" in told["permissions"], seen=told["permissions"])
    expect("they are told their channels", sorted(told["realtime"]["channels"]), world.channels("hotel staff"))


def find_in_list(booked: Booked) -> dict[str, Any]:
    """The booking is in the list of what waits for approval."""
    world = booked.world
    asked = {"status": "PENDING_APPROVAL", "search": booked.id}
    listed = world.staff().ask("GET", f"{world.desk}/room-bookings/", params=asked).body
    expect_fields("a list", listed, ("count", "next", "previous", "results"))
    expect("it is listed once", [row["booking_id"] for row in listed["results"]], [booked.id])
    row: dict[str, Any] = listed["results"][0]
    expect_fields("a row", row, ROW_FIELDS)
    expect("staff see who it is", row["guest_email"], booked.email)
    expect("there is time to decide", row["approval_risk"], "OK")
    return row


def approve(booked: Booked) -> None:
    """Staff say yes: the money is taken once, and saying yes again changes nothing."""
    desk = booked.world.staff()
    answer = desk.ask("POST", f"{booked.desk_path}/approve/", status=(200, 202)).body
    expect("the decision is recorded", bool(answer["decision_made_at"]), True)
    told = booked.becomes("CONFIRMED")
    expect("the money is taken", told["payment_status"], "CAPTURED")
    booked.world.stripe.has_moved(booked.intent, ("authorise", booked.minor), ("capture", booked.minor))
    for event in ("booking_approved", "payment_success", "booking_confirmed"):
        booked.pushed(event, "hotel booking")
    booked.mailed(f"Booking Confirmed - {booked.id}")
    again = desk.ask("POST", f"{booked.desk_path}/approve/").body
    expect("approving again changes nothing", again["version"], told["version"])
    desk.refused("POST", f"{booked.desk_path}/decline/", status=409, code="DECISION_MADE")


def decline(booked: Booked) -> None:
    """Staff say no: the authorisation is released and nothing was taken."""
    desk = booked.world.staff()
    reason = {"reason_code": "OVERBOOKED", "reason_note": "The boiler is being repaired."}
    answer = desk.ask("POST", f"{booked.desk_path}/decline/", body=reason).body
    expect("it is declined", (answer["status"], answer["reason_code"]), ("DECLINED", "OVERBOOKED"))
    booked.becomes("DECLINED")
    booked.world.stripe.has_moved(booked.intent, ("authorise", booked.minor), ("void", booked.minor))
    booked.pushed("booking_declined", "hotel booking")
    booked.mailed(f"Booking Update - {booked.id}")
    again = desk.ask("POST", f"{booked.desk_path}/decline/", body=reason).body
    expect("declining again changes nothing", again["decision_made_at"], answer["decision_made_at"])
    desk.refused("POST", f"{booked.desk_path}/approve/", status=409, code="BOOKING_ENDED")
