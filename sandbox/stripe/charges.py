"""The life of a charge: authorised or failed, then captured, voided or expired."""

from __future__ import annotations

from sandbox.stripe import listing
from sandbox.stripe.cards import Card
from sandbox.stripe.clock import DAY
from sandbox.stripe.world import Call, Cause, Json, World, find, new_id


def read(call: Call) -> Json:
    return find("charge", call.world.charges, call.id)


def search(call: Call) -> Json:
    charges = call.world.charges
    return listing.page(call, "charge", charges, url="/v1/charges", match=("payment_intent",))


def attempt(world: World, intent: Json, method: Json, card: Card) -> Json:
    """A new charge for the whole intent, failed if the card refuses; no event, no money yet."""
    amount: int = intent["amount"]
    failed = card.code is not None
    charge: Json = {
        "id": new_id("ch"),
        "object": "charge",
        "amount": amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": dict(method["billing_details"]),
        "calculated_statement_descriptor": "HOTELMATE",
        "captured": False,
        "created": world.clock.now(),
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": card.code,
        "failure_message": card.message or None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(card),
        "paid": not failed,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": _card_details(world, intent, card)},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "failed" if failed else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }
    world.charges[charge["id"]] = charge
    return charge


def capture(world: World, charge: Json, amount: int, *, intent: Json, cause: Cause) -> None:
    """Take `amount` of an authorised charge and release the rest, once and for all."""
    rest = charge["amount"] - amount
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "balance_transaction": new_id("txn"),
    }
    world.book("capture", charge, cause, amount=amount, about=intent)
    if rest:
        world.book("release", charge, cause, amount=rest, about=intent)
    if rest and world.settings.release_shows_as_refund:
        charge["amount_refunded"] = rest
        world.publish("charge.refunded", charge, cause, previous={"amount_refunded": 0})


def release(charge: Json) -> None:
    """Give an uncaptured hold back. Stripe shows this as a refund of money that never moved."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}


def refundable(world: World, charge: Json) -> int:
    """What was captured and not yet given back, failed refunds not counted."""
    given_back = sum(
        int(refund["amount"])
        for refund in world.refunds.values()
        if refund["charge"] == charge["id"] and refund["status"] not in ("failed", "canceled")
    )
    return int(charge["amount_captured"]) - given_back


def _outcome(card: Card) -> Json:
    failed = card.code is not None
    return {
        "advice_code": "try_again_later" if failed else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": card.decline_code,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": card.message if failed else "Payment complete.",
        "type": "issuer_declined" if failed else "authorized",
    }


def _card_details(world: World, intent: Json, card: Card) -> Json:
    manual = intent["capture_method"] == "manual" and card.code is None
    until = world.clock.now() + world.settings.hold_days * DAY
    return {
        "amount_authorized": None if card.code else intent["amount"],
        "authorization_code": None if card.code else "123456",
        "brand": card.brand,
        "capture_before": until if manual else None,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": f"stand-in-{card.number}",
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }
