"""The guest's payment: payment page, card, authorisation."""

from typing import Any

from contracts.values import from_major
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.expectations import expect, expect_that


def open_payment(booked: DemoBooking) -> dict[str, Any]:
    """Open a payment page; a second request returns the same page."""
    path = f"{booked.path}/payment/session/"
    session: dict[str, Any] = booked.guest.call("POST", path, status=(200, 201)).body
    expect("the page is new", session["status"], "created")
    expect("the page's amount is the total", from_major(session["amount"], session["currency"]), booked.total)
    again = booked.guest.call("POST", path, status=(200, 201)).body
    actual = (again["status"], again["session_id"], again["payment_url"])
    expect(
        "the second request returns the same page", actual, ("existing", session["session_id"], session["payment_url"])
    )
    return session


def pay(booked: DemoBooking) -> None:
    """The guest pays, the provider's webhook arrives, and the booking waits for approval."""
    session = open_payment(booked)
    booked.demo.stripe.pay(session["payment_url"])
    result = booked.wait_for_status("PENDING_APPROVAL")
    expect("the card is authorised", result["payment_status"], "AUTHORIZED")
    expect_that("the hotel has a deadline", result["approval_deadline_at"], actual=result["approval_deadline_at"])
    booked.intent = result["payment_reference"]
    booked.demo.stripe.expect_movements(booked.intent, ("authorise", booked.total))
    verified = booked.guest.call(
        "GET", f"{booked.path}/payment/verify/", params={"session_id": session["session_id"]}
    ).body
    actual = {name: verified[name] for name in ("booking_id", "payment_status", "status", "amount_total", "currency")}
    expected = {
        "booking_id": booked.id,
        "payment_status": "AUTHORIZED",
        "status": "PENDING_APPROVAL",
        "amount_total": booked.total.text,
        "currency": booked.total.currency,
    }
    expect("the payment is verified, without further fields", (actual, len(verified)), (expected, len(expected)))
    booked.expect_event("payment_authorized", "hotel staff booking")
    booked.expect_mail(f"Payment authorized — awaiting hotel confirmation ({booked.id})")
