"""The life of a payment intent. Only this file knows what may follow what."""

from __future__ import annotations

from functools import partial

from sandbox.stripe import charges, disputes, listing
from sandbox.stripe.cards import Card
from sandbox.stripe.catalogue import card_of, payment_method
from sandbox.stripe.currencies import check_charge, check_currency, check_step
from sandbox.stripe.errors import Refusal, declined, invalid, unexpected_state
from sandbox.stripe.intent_shape import new_intent
from sandbox.stripe.metadata import merged
from sandbox.stripe.world import Call, Cause, Json, World, clone, find

_ENDED = ("succeeded", "canceled")
_UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    params = call.params
    check_currency(params["currency"])
    check_charge(params["amount"], params["currency"])
    if set(params.get("payment_method_types", ["card"])) != {"card"}:
        raise invalid("The stand-in takes cards only.", param="payment_method_types")
    named = params.get("payment_method")
    method = payment_method(call.world, named) if named else None
    intent = new_intent(call.world, params, amount=params["amount"], currency=params["currency"])
    call.world.publish("payment_intent.created", intent, call.cause)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("confirm"):
        return _confirm_through_api(call, intent)
    return intent


def read(call: Call) -> Json:
    return find("payment_intent", call.world.intents, call.id)


def search(call: Call) -> Json:
    intents = call.world.intents
    return listing.page(call, "payment_intent", intents, url="/v1/payment_intents", match=("customer",))


def update(call: Call) -> Json:
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
        method = payment_method(call.world, params["payment_method"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return intent


def confirm(call: Call) -> Json:
    intent = read(call)
    if "payment_method" in call.params:
        method = payment_method(call.world, call.params["payment_method"])
        intent["payment_method"] = method["id"]
    return _confirm_through_api(call, intent)


def _confirm_through_api(call: Call, intent: Json) -> Json:
    if intent["id"] in call.world.session_of_intent:
        raise unexpected_state("You cannot confirm a PaymentIntent of a Checkout Session.", intent)
    if intent["status"] not in _UNPAID:
        raise unexpected_state(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            intent,
        )
    if intent["payment_method"] is None:
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.", intent)
    return pay(call.world, intent, call.world.payment_methods[intent["payment_method"]], call.cause)


def pay(world: World, intent: Json, method: Json, cause: Cause) -> Json:
    """Charge the method: hold the money, take it at once, or raise the card's refusal (402)."""
    card = card_of(method)
    intent |= {"payment_method": method["id"], "next_action": None}
    if card.asks_payer:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent["status"] = "requires_action"
        world.publish("payment_intent.requires_action", intent, cause)
        return intent
    charge = charges.attempt(world, intent, method, card)
    intent["latest_charge"] = charge["id"]
    if card.code:
        raise _fail(world, intent, charge, card=card, cause=cause)
    intent["last_payment_error"] = None
    world.book("authorise", charge, cause, amount=charge["amount"], about=intent)
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        world.publish("charge.succeeded", charge, cause)
        world.publish("payment_intent.amount_capturable_updated", intent, cause)
        until = charge["payment_method_details"]["card"]["capture_before"]
        world.clock.at(until, partial(expire_hold, world, intent))
    else:
        charges.capture(world, charge, intent["amount"], intent=intent, cause=cause)
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        world.publish("charge.succeeded", charge, cause)
        world.publish("payment_intent.succeeded", intent, cause)
    if card.dispute:
        disputes.open_dispute(world, charge, kind=card.dispute, cause=cause)
    return intent


def _fail(world: World, intent: Json, charge: Json, *, card: Card, cause: Cause) -> Refusal:
    method = clone(world.payment_methods[charge["payment_method"]])
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
    world.publish("charge.failed", charge, cause)
    world.publish("payment_intent.payment_failed", intent, cause)
    return declined(
        card.message,
        code=str(card.code),
        decline_code=card.decline_code,
        intent=clone(intent),
        charge=charge["id"],
        payment_method=method,
    )


def capture(call: Call) -> Json:
    """Take all or part of what is held, once; the rest is released."""
    world, intent, cause = call.world, read(call), call.cause
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
            intent,
        )
    call.faults.refuse_capture(world.refused_captures, intent)
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
    charge = world.charges[intent["latest_charge"]]
    charges.capture(world, charge, amount, intent=intent, cause=cause)
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    session = world.session_of_intent.get(intent["id"])
    if session:
        world.sessions[session]["payment_status"] = "paid"
    world.publish("charge.captured", charge, cause)
    world.publish("payment_intent.succeeded", intent, cause)
    return intent


def cancel(call: Call) -> Json:
    world, intent = call.world, read(call)
    if intent["status"] in _ENDED:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, "
            "processing.",
            intent,
        )
    session = world.session_of_intent.get(intent["id"])
    if session and world.sessions[session]["status"] == "open":
        raise unexpected_state(
            "You cannot cancel this PaymentIntent because it was created by an open Checkout "
            "Session. Expire the Checkout Session instead.",
            intent,
        )
    void(world, intent, call.params.get("cancellation_reason"), cause=call.cause)
    return intent


def void(world: World, intent: Json, reason: str | None, *, cause: Cause) -> None:
    """End an unfinished intent. A hold is given back, which Stripe announces as a refund."""
    held = intent["status"] == "requires_capture"
    _end(world, intent, reason)
    if held:
        charge = world.charges[intent["latest_charge"]]
        charges.release(charge)
        world.book("void", charge, cause, amount=charge["amount"], about=intent)
        world.publish("charge.refunded", charge, cause, previous={"amount_refunded": 0, "refunded": False})
    world.publish("payment_intent.canceled", intent, cause)


def expire_hold(world: World, intent: Json) -> None:
    """The bank's patience is over: what is still only held goes back by itself."""
    if intent["status"] != "requires_capture":
        return
    _end(world, intent, "automatic")
    charge = world.charges[intent["latest_charge"]]
    charges.release(charge)
    world.book("expire", charge, Cause(), amount=charge["amount"], about=intent)
    world.publish("charge.expired", charge, Cause())
    world.publish("payment_intent.canceled", intent, Cause())


def _end(world: World, intent: Json, reason: str | None) -> None:
    intent |= {
        "status": "canceled",
        "canceled_at": world.clock.now(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
