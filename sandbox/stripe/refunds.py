"""The life of a refund: created, then succeeded or failed, at once or later."""

from __future__ import annotations

from functools import partial
from typing import Literal

from sandbox.stripe import listing
from sandbox.stripe.catalogue import card_of
from sandbox.stripe.charges import refundable
from sandbox.stripe.currencies import check_step, display
from sandbox.stripe.errors import invalid, unexpected_state
from sandbox.stripe.metadata import merged
from sandbox.stripe.world import Call, Cause, Json, World, find, new_id


def create(call: Call) -> Json:
    world, params, cause = call.world, call.params, call.cause
    charge = _charge(world, params)
    amount = _amount(world, charge, params)
    fault = call.faults.refund()
    starts, ends, after = fault or _by_card(world, charge)
    refund: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": charge["id"],
        "created": world.clock.now(),
        "currency": charge["currency"],
        "destination_details": {
            "type": "card",
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
        },
        "metadata": merged({}, params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": starts,
        "transfer_reversal": None,
    }
    world.refunds[refund["id"]] = refund
    world.book("refund", charge, cause, amount=amount, about=refund)
    _show_on(charge, amount)
    world.publish("refund.created", refund, cause)
    world.publish(
        "charge.refunded",
        charge,
        cause,
        previous={"amount_refunded": charge["amount_refunded"] - amount},
    )
    if ends is not None:
        world.clock.at(world.clock.now() + after, partial(settle, world, refund, ends))
    return refund


def read(call: Call) -> Json:
    return find("refund", call.world.refunds, call.id)


def search(call: Call) -> Json:
    refunds = call.world.refunds
    return listing.page(call, "refund", refunds, url="/v1/refunds", match=("charge", "payment_intent"))


def update(call: Call) -> Json:
    refund = read(call)
    before = dict(refund["metadata"])
    refund["metadata"] = merged(before, call.params.get("metadata"))
    _announce(call.world, refund, call.cause, previous={"metadata": before})
    return refund


def cancel(call: Call) -> Json:
    """Refunds to cards cannot be called back; Stripe cancels only those awaiting the payer."""
    refund = read(call)
    raise invalid(f"This refund ({refund['id']}) is not in a state where it can be canceled.")


def settle(
    world: World,
    refund: Json,
    status: Literal["succeeded", "failed"],
    reason: str = "lost_or_stolen_card",
) -> None:
    """Bring a refund to its end; a failed one brings the money back to the merchant."""
    if refund["status"] in ("failed", status):
        return
    before, refund["status"] = refund["status"], status
    if status == "failed":
        charge = world.charges[refund["charge"]]
        refund["failure_reason"] = reason
        refund["failure_balance_transaction"] = new_id("txn")
        _show_on(charge, -refund["amount"])
        world.book("refund_failed", charge, Cause(), amount=refund["amount"], about=refund)
    _announce(world, refund, Cause(), previous={"status": before})
    if status == "failed":
        world.publish("refund.failed", refund, Cause())


def _announce(world: World, refund: Json, cause: Cause, *, previous: Json) -> None:
    world.publish("refund.updated", refund, cause, previous=previous)
    world.publish("charge.refund.updated", refund, cause, previous=previous)


def _charge(world: World, params: Json) -> Json:
    if "charge" in params:
        charge = find("charge", world.charges, params["charge"], param="charge")
        intent = world.intents[charge["payment_intent"]]
    elif "payment_intent" in params:
        named = params["payment_intent"]
        intent = find("payment_intent", world.intents, named, param="payment_intent")
        charge = world.charges.get(intent["latest_charge"], {})
    else:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    if not charge.get("captured"):
        raise unexpected_state(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            intent,
        )
    return charge


def _amount(world: World, charge: Json, params: Json) -> int:
    rest = refundable(world, charge)
    if charge["disputed"] and any(
        dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"] for dispute in world.disputes.values()
    ):
        raise invalid(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    if rest == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount: int = params.get("amount", rest)
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            param="amount",
            code="parameter_invalid_integer",
        )
    if amount > rest:
        asked, left = display(amount, charge["currency"]), display(rest, charge["currency"])
        raise invalid(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    check_step(amount, charge["currency"])
    return amount


def _by_card(world: World, charge: Json) -> tuple[str, Literal["succeeded", "failed"] | None, int]:
    card = card_of(world.payment_methods[charge["payment_method"]])
    if card.refund == "succeeds_later":
        return "pending", "succeeded", 0
    if card.refund == "fails_later":
        return "succeeded", "failed", 0
    return "succeeded", None, 0


def _show_on(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]
