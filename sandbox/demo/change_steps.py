"""Changes of a stay: a guest moves it and pays the difference, the desk shortens it, and a step is taken back."""

from datetime import date, timedelta
from typing import Any

from contracts.values import from_major
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect, expect_that
from sandbox.demo.search_steps import units_left
from sandbox.demo.stay_steps import room

DAYS_AHEAD, MOST_DAYS_AHEAD, WEEK = 21, 320, 7
NIGHTS = 2


def free_dates(demo: DemoContext, room_type: str, *, today: date) -> date:
    """The first day of a week some weeks ahead in which the type is free; earlier walks have sold some."""
    for days in range(DAYS_AHEAD, MOST_DAYS_AHEAD, WEEK):
        first = today + timedelta(days=days)
        if units_left(demo, room_type, check_in=first, check_out=first + timedelta(days=WEEK)):
            return first
    raise LookupError(f"{room_type} is sold out until {first}")


def hold_dearer_stay(booked: DemoBooking, first: date) -> dict[str, Any]:
    """The guest moves the stay by a day and makes it a night longer. Returns the change that waits for its payment."""
    wish = {"check_in": str(first + timedelta(days=1)), "check_out": str(first + timedelta(days=NIGHTS + 2))}
    preview = booked.guest.call("POST", f"{booked.path}/change/preview/", body=wish).body
    expect("the change is possible, and paid first", (preview["allowed"], preview["settlement"]), (True, "pay_first"))
    expected = {name: preview[name] for name in ("difference", "settlement")} | {"total": preview["new_total"]}
    held: dict[str, Any] = booked.guest.call(
        "POST", f"{booked.path}/change/", status=202, body=wish | {"expected": expected}
    ).body
    payment = held["payment"]
    expect("the page is for exactly the difference", from_major(payment["amount"], payment["currency"]).text,
           preview["difference"])  # fmt: skip
    before = booked.read()
    expect("until then the stay is as before", before["check_in"], str(first))
    expect("the booking shows the change that waits", before["pending_change"]["change_id"], held["change_id"])
    booked.expect_event("booking_change_pending", "hotel booking")
    return held


def pay_difference(booked: DemoBooking, held: dict[str, Any]) -> None:
    """The guest pays the difference: the stay changes once the payment is captured."""
    booked.demo.stripe.pay(held["payment"]["payment_url"])
    after = eventually("the stay changes", booked.read, holds=lambda actual: actual["nights"] == NIGHTS + 1)
    expect("nothing waits any more", (after["pending_change"], after["balance_due"]), (None, "0.00"))
    expect("the total is that of the preview", after["total_amount"], held["preview"]["new_total"])
    booked.expect_event("booking_changed", "hotel booking")
    booked.expect_mail(f"Booking changed - {booked.id}")
    booked.demo.transcript.line("guest", f"stays from {after['check_in']} to {after['check_out']}", "paid")


def shorten(booked: DemoBooking) -> None:
    """The desk takes a night off, and its price goes back to the card."""
    desk, before = booked.demo.staff(), booked.read()
    wish = {"check_out": str(date.fromisoformat(before["check_out"]) - timedelta(days=1))}
    preview = desk.call("POST", f"{booked.staff_path}/change/preview/", body=wish).body
    expect("the price of the night is refunded", (preview["settlement"], preview["fee"]), ("refund", "0.00"))
    desk.call("POST", f"{booked.staff_path}/change/", body=wish)
    after = eventually("the refund arrives", booked.read, holds=lambda actual: actual["refund_status"] == "SUCCEEDED")
    expect("the refund is that of the preview", after["refund_amount"], preview["refund"])
    expect("the stay is a night shorter", after["nights"], NIGHTS)
    booked.demo.transcript.line("guest", "gets back", f"{after['currency']} {after['refund_amount']}")


def undo_check_in(booked: DemoBooking, number: str) -> None:
    """The desk takes a check-in back: the booking waits for its guest again, and the room is ready."""
    demo, path = booked.demo, f"{booked.staff_path}/undo-check-in"
    body = {"room_status": "READY_FOR_GUEST"}
    preview = demo.staff().call("POST", f"{path}/preview/", body=body).body
    expect_that("the check-in can be taken back", preview["allowed"], actual=preview)
    result = demo.staff().call("POST", f"{path}/", body=body).body
    expect("the booking is confirmed again", (result["status"], result["assigned_room_number"]), ("CONFIRMED", number))
    expect("the room is as before", room(demo, number)["room_status"], "READY_FOR_GUEST")
    expect("the guest has no PIN any more", booked.wait_for_status("CONFIRMED")["room_pin"], None)
