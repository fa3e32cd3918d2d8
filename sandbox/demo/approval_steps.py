"""The front desk decides on a booking: finds it, then approves or declines it."""

from typing import Any

from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import expect, expect_fields, expect_that

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


def sign_in_staff(demo: DemoContext) -> None:
    """The front desk signs in and reads its hotel, permissions and channels."""
    result = demo.staff().call("GET", f"{demo.staff_path}/me/").body
    expect("the account belongs to the hotel", result["hotel"]["slug"], demo.hotel)
    expect_that("the account may approve", "can_approve" in result["permissions"], actual=result["permissions"])
    expect("the account has its channels", sorted(result["realtime"]["channels"]), demo.channels("hotel staff"))


def find_pending_approval(booked: DemoBooking) -> dict[str, Any]:
    """The booking's row in the list of pending approvals."""
    demo = booked.demo
    params = {"status": "PENDING_APPROVAL", "search": booked.id}
    listed = demo.staff().call("GET", f"{demo.staff_path}/room-bookings/", params=params).body
    expect_fields("a list", listed, ("count", "next", "previous", "results"))
    expect("the booking is listed once", [row["booking_id"] for row in listed["results"]], [booked.id])
    row: dict[str, Any] = listed["results"][0]
    expect_fields("a row", row, ROW_FIELDS)
    expect("staff see the guest's e-mail address", row["guest_email"], booked.email)
    expect("the approval is not at risk", row["approval_risk"], "OK")
    return row


def approve(booked: DemoBooking) -> None:
    """Staff approve: the payment is captured once, and a second approval changes nothing."""
    desk = booked.demo.staff()
    answer = desk.call("POST", f"{booked.staff_path}/approve/", status=(200, 202)).body
    expect("the decision is recorded", bool(answer["decision_made_at"]), True)
    result = booked.wait_for_status("CONFIRMED")
    expect("the payment is captured", result["payment_status"], "CAPTURED")
    booked.demo.stripe.expect_movements(booked.intent, ("authorise", booked.total), ("capture", booked.total))
    for event in ("booking_approved", "payment_success", "booking_confirmed"):
        booked.expect_event(event, "hotel booking")
    booked.expect_mail(f"Booking Confirmed - {booked.id}")
    again = desk.call("POST", f"{booked.staff_path}/approve/").body
    expect("approving again changes nothing", again["version"], result["version"])
    desk.expect_refusal("POST", f"{booked.staff_path}/decline/", status=409, code="DECISION_MADE")


def decline(booked: DemoBooking) -> None:
    """Staff decline: the authorisation is released and nothing is captured."""
    desk = booked.demo.staff()
    reason = {"reason_code": "OVERBOOKED", "reason_note": "The boiler is being repaired."}
    answer = desk.call("POST", f"{booked.staff_path}/decline/", body=reason).body
    expect("the booking is declined", (answer["status"], answer["reason_code"]), ("DECLINED", "OVERBOOKED"))
    booked.wait_for_status("DECLINED")
    booked.demo.stripe.expect_movements(booked.intent, ("authorise", booked.total), ("void", booked.total))
    booked.expect_event("booking_declined", "hotel booking")
    booked.expect_mail(f"Booking Update - {booked.id}")
    again = desk.call("POST", f"{booked.staff_path}/decline/", body=reason).body
    expect("declining again changes nothing", again["decision_made_at"], answer["decision_made_at"])
    desk.expect_refusal("POST", f"{booked.staff_path}/approve/", status=409, code="BOOKING_ENDED")
