"""Paying a Checkout Session: from the payer's card to a completed session or a refusal."""

from __future__ import annotations

from typing import TypedDict

from sandbox.stripe import intents
from sandbox.stripe.cards import card_by_number
from sandbox.stripe.catalogue import add_payment_method
from sandbox.stripe.errors import invalid
from sandbox.stripe.intent_shape import new_intent
from sandbox.stripe.sessions import read
from sandbox.stripe.world import Call, Cause, Json, World, find


class PaymentPageReadParams(TypedDict):
    """What the command-line tool asks a payment page with: nothing. No public contract has it."""


class _Method(TypedDict):
    payment_method: str


class PaymentPageConfirmParams(_Method, total=False):
    """What the command-line tool confirms a payment page with."""

    expected_amount: int


def read_page(call: Call) -> Json:
    return _page(read(call))


def confirm_page(call: Call) -> Json:
    world, session = call.world, read(call)
    expected = call.params.get("expected_amount", session["amount_total"])
    if expected != session["amount_total"]:
        raise invalid(f"The amount is {session['amount_total']}.", param="expected_amount")
    named = call.params["payment_method"]
    method = find("payment_method", world.payment_methods, named, param="payment_method")
    pay_session(world, session, method, call.cause)
    return _page(session)


def pay_with_card(world: World, session: Json, number: str, *, email: str | None = None) -> None:
    """Pay as a person would on the page; raises the card's refusal (402) or a bad number (400)."""
    payer = email or session["customer_email"] or "guest@example.com"
    card = card_by_number(number)
    pay_session(world, session, add_payment_method(world, card, email=payer), Cause())


def pay_session(world: World, session: Json, method: Json, cause: Cause) -> None:
    """Charge an open session's intent, made on the first attempt, and complete the session."""
    if session["status"] != "open":
        raise invalid(f"This Checkout Session has a status of '{session['status']}' and can no longer be paid.")
    intent = _intent(world, session, cause)
    intents.pay(world, intent, method, cause)
    if intent["status"] not in ("requires_capture", "succeeded"):
        raise invalid("This card asks its holder to authenticate, which the stand-in cannot show.")
    billing = method["billing_details"]
    session |= {
        "status": "complete",
        "payment_status": "paid" if intent["status"] == "succeeded" else "unpaid",
        "payment_intent": intent["id"],
        "url": None,
        "customer_details": {
            "address": dict(billing["address"]),
            "email": billing["email"],
            "name": billing["name"],
            "phone": billing["phone"],
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    world.publish("checkout.session.completed", session, cause)


def _intent(world: World, session: Json, cause: Cause) -> Json:
    if session["id"] in world.intent_of_session:
        return world.intents[world.intent_of_session[session["id"]]]
    intent = new_intent(
        world,
        world.payment_intent_data[session["id"]],
        amount=session["amount_total"],
        currency=session["currency"],
    )
    world.intent_of_session[session["id"]] = intent["id"]
    world.session_of_intent[intent["id"]] = session["id"]
    world.publish("payment_intent.created", intent, cause)
    return intent


def _page(session: Json) -> Json:
    names = ("payment_status", "status", "success_url", "cancel_url", "currency", "livemode")
    return {
        "id": session["id"],
        "object": "payment_page",
        "session_id": session["id"],
        "total": session["amount_total"],
        **{name: session[name] for name in names},
    }
