"""The guest pays: a page of the provider's, a card, and an authorisation that reaches the booking."""

from typing import Any

from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import expect, expect_that


def open_payment(booked: Booked) -> dict[str, Any]:
    """The guest is given a page to pay on; asking again gives the same one."""
    path = f"{booked.path}/payment/session/"
    session: dict[str, Any] = booked.guest.ask("POST", path, status=(200, 201)).body
    expect("a new page", session["status"], "created")
    expect("it asks for the price", (session["amount"], session["currency"]), (booked.total, booked.currency))
    again = booked.guest.ask("POST", path, status=(200, 201)).body
    seen = (again["status"], again["session_id"], again["payment_url"])
    expect("the same page", seen, ("existing", session["session_id"], session["payment_url"]))
    return session


def pay(booked: Booked) -> None:
    """The guest pays, the provider tells us, and the booking waits for the hotel."""
    session = open_payment(booked)
    booked.world.stripe.pay(session["payment_url"])
    told = booked.becomes("PENDING_APPROVAL")
    expect("the card is authorised", told["payment_status"], "AUTHORIZED")
    expect_that("the hotel has a deadline", told["approval_deadline_at"], seen=told["approval_deadline_at"])
    booked.intent = told["payment_reference"]
    booked.world.stripe.has_moved(booked.intent, ("authorise", booked.minor))
    verified = booked.guest.ask(
        "GET", f"{booked.path}/payment/verify/", params={"session_id": session["session_id"]}
    ).body
    seen = {name: verified[name] for name in ("booking_id", "payment_status", "status", "amount_total", "currency")}
    wanted = {
        "booking_id": booked.id,
        "payment_status": "AUTHORIZED",
        "status": "PENDING_APPROVAL",
        "amount_total": booked.total,
        "currency": booked.currency,
    }
    expect("the payment is verified, and nothing more is told", (seen, len(verified)), (wanted, len(wanted)))
    booked.pushed("payment_authorized", "hotel staff booking")
    booked.mailed(f"Payment authorized — awaiting hotel confirmation ({booked.id})")
