"""Paying a Checkout Session: from the payer's card to a completed session or an error."""

from __future__ import annotations

from typing import TypedDict

from sandbox.stripe import intents
from sandbox.stripe.cards import card_by_number
from sandbox.stripe.catalogue import add_payment_method
from sandbox.stripe.errors import invalid
from sandbox.stripe.intent_shape import new_intent
from sandbox.stripe.sessions import read
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, find


class PaymentPageReadParams(TypedDict):
    """The command-line tool's parameters for reading a payment page: none. Not part of the public contract."""


class _Method(TypedDict):
    payment_method: str


class PaymentPageConfirmParams(_Method, total=False):
    """The command-line tool's parameters for confirming a payment page."""

    expected_amount: int


def read_page(call: ApiCall) -> Json:
    return _page(read(call))


def confirm_page(call: ApiCall) -> Json:
    store, session = call.store, read(call)
    expected = call.params.get("expected_amount", session["amount_total"])
    if expected != session["amount_total"]:
        raise invalid(f"The amount is {session['amount_total']}.", param="expected_amount")
    object_id = call.params["payment_method"]
    method = find("payment_method", store.payment_methods, object_id, param="payment_method")
    pay_session(store, session, method, call.cause)
    return _page(session)


def pay_with_card(store: StripeStore, session: Json, number: str, *, email: str | None = None) -> None:
    """Pay as on the payment page. Raises ApiError: 402 if the card is declined, 400 for an unknown number."""
    payer = email or session["customer_email"] or "guest@example.com"
    card = card_by_number(number)
    pay_session(store, session, add_payment_method(store, card, email=payer), EventCause())


def pay_session(store: StripeStore, session: Json, method: Json, cause: EventCause) -> None:
    """Charge the intent of an open session (created by the first attempt) and complete the session."""
    if session["status"] != "open":
        raise invalid(f"This Checkout Session has a status of '{session['status']}' and can no longer be paid.")
    intent = _intent(store, session, cause)
    intents.pay(store, intent, method, cause)
    if intent["status"] not in ("requires_capture", "succeeded"):
        raise invalid("This card requires authentication, which the stand-in does not support.")
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
    store.publish("checkout.session.completed", session, cause)


def _intent(store: StripeStore, session: Json, cause: EventCause) -> Json:
    if session["id"] in store.intent_of_session:
        return store.intents[store.intent_of_session[session["id"]]]
    intent = new_intent(
        store,
        store.payment_intent_data[session["id"]],
        amount=session["amount_total"],
        currency=session["currency"],
    )
    store.intent_of_session[session["id"]] = intent["id"]
    store.session_of_intent[intent["id"]] = session["id"]
    store.publish("payment_intent.created", intent, cause)
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
