"""The life of a charge: authorised or failed, then captured, voided or expired."""

from __future__ import annotations

from sandbox.stripe import listing
from sandbox.stripe.cards import Card
from sandbox.stripe.clock import DAY
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, find, new_id


def read(call: ApiCall) -> Json:
    return find("charge", call.store.charges, call.id)


def search(call: ApiCall) -> Json:
    charges = call.store.charges
    return listing.page(call, "charge", charges, url="/v1/charges", match=("payment_intent",))


def attempt(store: StripeStore, intent: Json, method: Json, card: Card) -> Json:
    """Create a charge for the intent's whole amount, but no event or movement. A declined charge is failed."""
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
        "created": store.clock.now(),
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
        "payment_method_details": {"type": "card", "card": _card_details(store, intent, card)},
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
    store.charges[charge["id"]] = charge
    return charge


def capture(store: StripeStore, charge: Json, amount: int, *, intent: Json, cause: EventCause) -> None:
    """Capture `amount` of an authorised charge and release the rest."""
    rest = charge["amount"] - amount
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "balance_transaction": new_id("txn"),
    }
    store.record_movement("capture", charge, cause, amount=amount, about=intent)
    if rest:
        store.record_movement("release", charge, cause, amount=rest, about=intent)
    if rest and store.settings.release_shows_as_refund:
        charge["amount_refunded"] = rest
        store.publish("charge.refunded", charge, cause, previous={"amount_refunded": 0})


def release(charge: Json) -> None:
    """Release an uncaptured hold. Stripe shows the release as a refund, although no money moved."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}


def refundable(store: StripeStore, charge: Json) -> int:
    """The captured amount minus the refunds that have not failed."""
    refunded = sum(
        int(refund["amount"])
        for refund in store.refunds.values()
        if refund["charge"] == charge["id"] and refund["status"] not in ("failed", "canceled")
    )
    return int(charge["amount_captured"]) - refunded


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


def _card_details(store: StripeStore, intent: Json, card: Card) -> Json:
    manual = intent["capture_method"] == "manual" and card.code is None
    until = store.clock.now() + store.settings.hold_days * DAY
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
