"""Bookings that end early, and checks on every booking at the end."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.values import Money
from sandbox.demo.booking_steps import DemoBooking
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import eventually, expect


def cancel_unpaid(booked: DemoBooking) -> None:
    """The guest cancels before paying: no payment, no fee."""
    before = booked.read()
    expect(
        "the booking can be cancelled free of charge",
        (before["can_cancel"], before["cancellation_preview"]["fee_amount"]),
        (True, _nothing(booked)),
    )
    result = booked.guest.call("POST", f"{booked.path}/cancel/", body={"reason": "We found a tent."}).body
    actual = (result["status"], result["cancellation_reason"], result["cancellation_fee"])
    expect("the booking is cancelled free of charge", actual, ("CANCELLED", "We found a tent.", _nothing(booked)))
    booked.expect_event("booking_cancelled", "hotel booking")
    booked.expect_mail(f"Booking Cancelled - {booked.id}")
    again = booked.guest.call("POST", f"{booked.path}/cancel/", body={"reason": "Still."}).body
    expect("cancelling again changes nothing", again["cancelled_at"], result["cancelled_at"])
    booked.guest.expect_refusal("POST", f"{booked.path}/payment/session/", status=409, code="BOOKING_ENDED")


def cancel_at_desk(booked: DemoBooking) -> None:
    """The desk cancels a booking whose guest does not come."""
    body = {"reason": "The guest does not come."}
    result = booked.demo.staff().call("POST", f"{booked.staff_path}/cancel/", body=body).body
    expect("the booking is cancelled", (result["status"], result["assigned_room_number"]), ("CANCELLED", None))
    booked.expect_event("booking_cancelled", "hotel booking")
    booked.expect_mail(f"Booking Cancelled - {booked.id}")


def let_hold_expire(booked: DemoBooking, payment_url: str) -> None:
    """The guest does not pay; the hold expires."""
    demo = booked.demo
    pay_until = datetime.fromisoformat(booked.read()["pay_until"])
    demo.advance(pay_until - demo.now() + timedelta(seconds=30))
    result = booked.wait_for_status("EXPIRED")
    expect("the expiry reason", result["expiry_reason"], "HOLD_RAN_OUT")
    session_id = payment_url.rpartition("/")[2].partition("#")[0].partition("?")[0]
    eventually(
        "the payment page is closed", lambda: demo.stripe.session(session_id), holds=lambda actual: actual != "open"
    )
    booked.expect_event("booking_expired", "hotel booking")
    booked.expect_mail(f"Booking Expired - {booked.id}")


def check_event_feed(booked: DemoBooking) -> list[str]:
    """Expect events numbered without a gap, and pushes that carry only these events. Returns the events' types."""
    result = booked.guest.call("GET", f"{booked.path}/events/").body
    numbers = [event["sequence"] for event in result["events"]]
    expect("the events are numbered without a gap", numbers, list(range(1, result["last_sequence"] + 1)))
    ids = {event["event_id"]: event["sequence"] for event in result["events"]}
    [channel] = booked.demo.channels("booking", booking_id=booked.id)
    pushed = [row["data"] for row in booked.demo.push.events(channel=channel)]
    unknown = [data for data in pushed if ids.get(data["event_id"]) != data["sequence"]]
    expect("every push is one of these events", unknown, [])
    in_order = [data["sequence"] for data in pushed]
    expect("pushes are in the events' order", in_order, sorted(in_order))
    types = [str(event["type"]) for event in result["events"]]
    booked.demo.transcript.line("guest", f"{len(types)} events", " → ".join(kind.split(".")[1] for kind in types))
    return types


def check_nothing_private_was_pushed(
    demo: DemoContext, bookings: Sequence[DemoBooking], secrets: Sequence[str] = ()
) -> None:
    """Expect that no name, e-mail address, phone number, token or secret was pushed."""
    planted = [
        value for each in bookings for value in (each.email, each.phone, each.first_name, each.guest.token or "")
    ]
    pushed = json.dumps(demo.push.events(), ensure_ascii=False)
    leaked = [value for value in (*planted, *secrets) if value and value in pushed]
    expect("nothing private was pushed", leaked, [])
    demo.transcript.line("push", "no name, e-mail, phone, token or Wi-Fi password was pushed")


def check_provider_contract(demo: DemoContext) -> None:
    """Expect that no request or response of the Stripe stand-in violated the contract."""
    expect("the provider's contract is kept", demo.stripe.contract_violations(), [])


def _nothing(booked: DemoBooking) -> str:
    return Money(0, booked.total.currency).text
