"""The lifecycle of a payment intent. Only this module knows its transitions."""

from __future__ import annotations

from functools import partial

from sandbox.stripe import charges, disputes, listing
from sandbox.stripe.cards import Card
from sandbox.stripe.catalogue import card_of, payment_method
from sandbox.stripe.currencies import check_charge, check_currency, check_step
from sandbox.stripe.errors import ApiError, declined, invalid, unexpected_state
from sandbox.stripe.intent_shape import new_intent
from sandbox.stripe.metadata import merged
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, clone, find

_ENDED = ("succeeded", "canceled")
_UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: ApiCall) -> Json:
    params = call.params
    check_currency(params["currency"])
    check_charge(params["amount"], params["currency"])
    if set(params.get("payment_method_types", ["card"])) != {"card"}:
        raise invalid("The stand-in takes cards only.", param="payment_method_types")
    object_id = params.get("payment_method")
    method = payment_method(call.store, object_id) if object_id else None
    intent = new_intent(call.store, params, amount=params["amount"], currency=params["currency"])
    call.store.publish("payment_intent.created", intent, call.cause)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("confirm"):
        return _confirm_through_api(call, intent)
    return intent


def read(call: ApiCall) -> Json:
    return find("payment_intent", call.store.intents, call.id)


def search(call: ApiCall) -> Json:
    intents = call.store.intents
    return listing.page(call, "payment_intent", intents, url="/v1/payment_intents", match=("customer",))


def update(call: ApiCall) -> Json:
    """Change texts and metadata at any time; the amount only before payment."""
    intent, params = read(call), call.params
    if {"amount", "currency"} & params.keys() and intent["status"] not in _UNPAID:
        raise unexpected_state(
            f"This PaymentIntent's amount could not be updated because it has a status of {intent['status']}.",
            intent,
        )
    plain = ("amount", "currency", "description", "receipt_email")
    changes = {name: params[name] for name in plain if name in params}
    changed = {**intent, **changes}
    check_currency(changed["currency"])
    check_charge(changed["amount"], changed["currency"])
    intent |= changes
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    if "payment_method" in params:
        method = payment_method(call.store, params["payment_method"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return intent


def confirm(call: ApiCall) -> Json:
    intent = read(call)
    if "payment_method" in call.params:
        method = payment_method(call.store, call.params["payment_method"])
        intent["payment_method"] = method["id"]
    return _confirm_through_api(call, intent)


def _confirm_through_api(call: ApiCall, intent: Json) -> Json:
    if intent["id"] in call.store.session_of_intent:
        raise unexpected_state("You cannot confirm a PaymentIntent of a Checkout Session.", intent)
    if intent["status"] not in _UNPAID:
        raise unexpected_state(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            intent,
        )
    if intent["payment_method"] is None:
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.", intent)
    return pay(call.store, intent, call.store.payment_methods[intent["payment_method"]], call.cause)


def pay(store: StripeStore, intent: Json, method: Json, cause: EventCause) -> Json:
    """Charge the payment method: authorise or capture. Raises ApiError (402) if the card is declined."""
    card = card_of(method)
    intent |= {"payment_method": method["id"], "next_action": None}
    if card.requires_authentication:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent["status"] = "requires_action"
        store.publish("payment_intent.requires_action", intent, cause)
        return intent
    charge = charges.attempt(store, intent, method, card)
    intent["latest_charge"] = charge["id"]
    if card.code:
        raise _fail(store, intent, charge, card=card, cause=cause)
    intent["last_payment_error"] = None
    store.record_movement("authorise", charge, cause, amount=charge["amount"], about=intent)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        store.publish("charge.succeeded", charge, cause)
        store.publish("payment_intent.amount_capturable_updated", intent, cause)
        until = charge["payment_method_details"]["card"]["capture_before"]
        store.clock.call_at(until, partial(expire_hold, store, intent))
    else:
        charges.capture(store, charge, intent["amount"], intent=intent, cause=cause)
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        store.publish("charge.succeeded", charge, cause)
        store.publish("payment_intent.succeeded", intent, cause)
        _dispute(store, charge, card, cause=cause)
    return intent


def _dispute(store: StripeStore, charge: Json, card: Card, *, cause: EventCause) -> None:
    """Dispute a captured charge, if the card is one that does; an authorisation cannot be disputed."""
    if card.dispute:
        disputes.open_dispute(store, charge, kind=card.dispute, cause=cause)


def _fail(store: StripeStore, intent: Json, charge: Json, *, card: Card, cause: EventCause) -> ApiError:
    method = clone(store.payment_methods[charge["payment_method"]])
    intent |= {"status": "requires_payment_method", "payment_method": None}
    intent["last_payment_error"] = {
        "charge": charge["id"],
        "code": card.code,
        "decline_code": card.decline_code,
        "doc_url": f"https://docs.stripe.com/error-codes#{card.code}",
        "message": card.message,
        "payment_method": method,
        "type": "card_error",
    }
    store.publish("charge.failed", charge, cause)
    store.publish("payment_intent.payment_failed", intent, cause)
    return declined(
        card.message,
        code=str(card.code),
        decline_code=card.decline_code,
        intent=clone(intent),
        charge=charge["id"],
        payment_method=method,
    )


def capture(call: ApiCall) -> Json:
    """Capture all or part of the authorised amount, once; the rest is released."""
    store, intent, cause = call.store, read(call), call.cause
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
            intent,
        )
    call.faults.refuse_capture(store.refused_captures, intent)
    held: int = intent["amount_capturable"]
    amount = call.params.get("amount_to_capture", held)
    if amount > held:
        raise invalid(
            f"The amount_to_capture ({amount}) must be less than or equal to the amount_capturable ({held}).",
            param="amount_to_capture",
            code="amount_too_large",
        )
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            param="amount_to_capture",
            code="parameter_invalid_integer",
        )
    check_step(amount, intent["currency"], param="amount_to_capture")
    if call.params.get("final_capture") is False:
        raise invalid("Multicapture is not available for this card.", param="final_capture")
    intent["metadata"] = merged(intent["metadata"], call.params.get("metadata"))
    charge = store.charges[intent["latest_charge"]]
    charges.capture(store, charge, amount, intent=intent, cause=cause)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    session = store.session_of_intent.get(intent["id"])
    if session:
        store.sessions[session]["payment_status"] = "paid"
    store.publish("charge.captured", charge, cause)
    store.publish("payment_intent.succeeded", intent, cause)
    _dispute(store, charge, card_of(store.payment_methods[intent["payment_method"]]), cause=cause)
    return intent


def cancel(call: ApiCall) -> Json:
    store, intent = call.store, read(call)
    if intent["status"] in _ENDED:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, "
            "processing.",
            intent,
        )
    session = store.session_of_intent.get(intent["id"])
    if session and store.sessions[session]["status"] == "open":
        raise unexpected_state(
            "You cannot cancel this PaymentIntent because it was created by an open Checkout "
            "Session. Expire the Checkout Session instead.",
            intent,
        )
    void(store, intent, call.params.get("cancellation_reason"), cause=call.cause)
    return intent


def void(store: StripeStore, intent: Json, reason: str | None, *, cause: EventCause) -> None:
    """Cancel an unfinished intent. A hold is released, which Stripe reports as a refund."""
    held = intent["status"] == "requires_capture"
    _end(store, intent, reason)
    if held:
        charge = store.charges[intent["latest_charge"]]
        charges.release(charge)
        store.record_movement("void", charge, cause, amount=charge["amount"], about=intent)
        store.publish("charge.refunded", charge, cause, previous={"amount_refunded": 0, "refunded": False})
    store.publish("payment_intent.canceled", intent, cause)


def expire_hold(store: StripeStore, intent: Json) -> None:
    """Cancel an intent whose authorisation has expired."""
    if intent["status"] != "requires_capture":
        return
    _end(store, intent, "automatic")
    charge = store.charges[intent["latest_charge"]]
    charges.release(charge)
    store.record_movement("expire", charge, EventCause(), amount=charge["amount"], about=intent)
    store.publish("charge.expired", charge, EventCause())
    store.publish("payment_intent.canceled", intent, EventCause())


def _end(store: StripeStore, intent: Json, reason: str | None) -> None:
    intent |= {
        "status": "canceled",
        "canceled_at": store.clock.now(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
