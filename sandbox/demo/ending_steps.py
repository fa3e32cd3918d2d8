"""Bookings that end early: called off by the guest, or never paid. And what must be true of every booking after all."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import eventually, expect
from sandbox.demo.world import World


def cancel_unpaid(booked: Booked) -> None:
    """The guest thinks better of it before paying: no money, no fee."""
    before = booked.look()
    expect(
        "it can be called off for nothing",
        (before["can_cancel"], before["cancellation_preview"]["fee_amount"]),
        (True, _nothing(booked)),
    )
    told = booked.guest.ask("POST", f"{booked.path}/cancel/", body={"reason": "We found a tent."}).body
    seen = (told["status"], told["cancellation_reason"], told["cancellation_fee"])
    expect("it is cancelled, free of charge", seen, ("CANCELLED", "We found a tent.", _nothing(booked)))
    booked.pushed("booking_cancelled", "hotel booking")
    booked.mailed(f"Booking Cancelled - {booked.id}")
    again = booked.guest.ask("POST", f"{booked.path}/cancel/", body={"reason": "Still."}).body
    expect("cancelling again changes nothing", again["cancelled_at"], told["cancelled_at"])
    booked.guest.refused("POST", f"{booked.path}/payment/session/", status=409, code="BOOKING_NOT_PAYABLE")


def let_it_expire(booked: Booked, payment_url: str) -> None:
    """The guest opens the page to pay and never does; the hold's time runs out."""
    world = booked.world
    expires_at = datetime.fromisoformat(booked.look()["expires_at"])
    world.advance(expires_at - world.now() + timedelta(seconds=30))
    told = booked.becomes("EXPIRED")
    expect("why it expired", told["expiry_reason"], "HOLD_RAN_OUT")
    session_id = payment_url.rpartition("/")[2].partition("#")[0].partition("?")[0]
    eventually(
        "the page to pay on is closed", lambda: world.stripe.session(session_id), holds=lambda seen: seen != "open"
    )
    booked.pushed("booking_expired", "hotel booking")
    booked.mailed(f"Booking Expired - {booked.id}")


def feed_is_whole(booked: Booked) -> list[str]:
    """The booking's facts are numbered 1, 2, 3 … and every push about it bears one of those numbers. Their types."""
    told = booked.guest.ask("GET", f"{booked.path}/events/").body
    numbers = [fact["sequence"] for fact in told["events"]]
    expect("the facts are numbered without a gap", numbers, list(range(1, told["last_sequence"] + 1)))
    ids = {fact["event_id"]: fact["sequence"] for fact in told["events"]}
    [channel] = booked.world.channels("booking", booking_id=booked.id)
    pushed = [row["data"] for row in booked.world.push.told(channel=channel)]
    strangers = [data for data in pushed if ids.get(data["event_id"]) != data["sequence"]]
    expect("every push is one of these facts", strangers, [])
    in_order = [data["sequence"] for data in pushed]
    expect("pushes came in the facts' order", in_order, sorted(in_order))
    types = [str(fact["type"]) for fact in told["events"]]
    booked.world.transcript.line("guest", f"{len(types)} facts", " → ".join(kind.split(".")[1] for kind in types))
    return types


def nothing_private_was_pushed(world: World, bookings: Sequence[Booked], secrets: Sequence[str] = ()) -> None:
    """No name, address, number, token or secret has gone through the push provider."""
    planted = [
        value for each in bookings for value in (each.email, each.phone, each.first_name, each.guest.token or "")
    ]
    said = json.dumps(world.push.told(), ensure_ascii=False)
    leaked = [value for value in (*planted, *secrets) if value and value in said]
    expect("what is private stays private", leaked, [])
    world.transcript.line("push", "no name, e-mail, phone, token or Wi-Fi password was pushed")


def provider_was_content(world: World) -> None:
    """The card provider's stand-in was asked, and answered, as the real one would be."""
    expect("nothing broke the provider's contract", world.stripe.broke_contract(), [])


def _nothing(booked: Booked) -> str:
    return "0" if "." not in booked.total else "0." + "0" * len(booked.total.partition(".")[2])
