"""The lifecycle of a refund: created, then succeeded or failed, immediately or later."""

from __future__ import annotations

from functools import partial
from typing import Literal

from sandbox.stripe import listing
from sandbox.stripe.catalogue import card_of
from sandbox.stripe.charges import refundable
from sandbox.stripe.currencies import check_step, display
from sandbox.stripe.errors import invalid, unexpected_state
from sandbox.stripe.metadata import merged
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, find, new_id


def create(call: ApiCall) -> Json:
    store, params, cause = call.store, call.params, call.cause
    charge = _charge(store, params)
    amount = _amount(store, charge, params)
    fault = call.faults.refund()
    starts, ends, after = fault or _by_card(store, charge)
    refund: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": charge["id"],
        "created": store.clock.now(),
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
    store.refunds[refund["id"]] = refund
    store.record_movement("refund", charge, cause, amount=amount, about=refund)
    _add_refunded(charge, amount)
    store.publish("refund.created", refund, cause)
    store.publish(
        "charge.refunded",
        charge,
        cause,
        previous={"amount_refunded": charge["amount_refunded"] - amount},
    )
    if ends is not None:
        moment = store.clock.now() + after
        store.refund_ends[refund["id"]] = (ends, moment)
        store.clock.call_at(moment, partial(settle, store, refund, ends))
    return refund


def read(call: ApiCall) -> Json:
    return find("refund", call.store.refunds, call.id)


def search(call: ApiCall) -> Json:
    refunds = call.store.refunds
    return listing.page(call, "refund", refunds, url="/v1/refunds", match=("charge", "payment_intent"))


def update(call: ApiCall) -> Json:
    refund = read(call)
    before = dict(refund["metadata"])
    refund["metadata"] = merged(before, call.params.get("metadata"))
    _publish_update(call.store, refund, call.cause, previous={"metadata": before})
    return refund


def cancel(call: ApiCall) -> Json:
    """Refuse the cancellation with a Stripe error, because refunds to cards cannot be cancelled."""
    refund = read(call)
    raise invalid(f"This refund ({refund['id']}) is not in a state where it can be canceled.")


def settle(
    store: StripeStore,
    refund: Json,
    status: Literal["succeeded", "failed"],
    reason: str = "lost_or_stolen_card",
) -> None:
    """Complete a refund; a failed refund returns the money to the merchant."""
    if refund["status"] in ("failed", status):
        return
    before, refund["status"] = refund["status"], status
    if status == "failed":
        charge = store.charges[refund["charge"]]
        refund["failure_reason"] = reason
        refund["failure_balance_transaction"] = new_id("txn")
        _add_refunded(charge, -refund["amount"])
        store.record_movement("refund_failed", charge, EventCause(), amount=refund["amount"], about=refund)
    _publish_update(store, refund, EventCause(), previous={"status": before})
    if status == "failed":
        store.publish("refund.failed", refund, EventCause())


def _publish_update(store: StripeStore, refund: Json, cause: EventCause, *, previous: Json) -> None:
    store.publish("refund.updated", refund, cause, previous=previous)
    store.publish("charge.refund.updated", refund, cause, previous=previous)


def _charge(store: StripeStore, params: Json) -> Json:
    if "charge" in params:
        charge = find("charge", store.charges, params["charge"], param="charge")
        intent = store.intents[charge["payment_intent"]]
    elif "payment_intent" in params:
        object_id = params["payment_intent"]
        intent = find("payment_intent", store.intents, object_id, param="payment_intent")
        charge = store.charges.get(intent["latest_charge"], {})
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


def _amount(store: StripeStore, charge: Json, params: Json) -> int:
    rest = refundable(store, charge)
    if charge["disputed"] and any(
        dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"] for dispute in store.disputes.values()
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
        requested, remaining = display(amount, charge["currency"]), display(rest, charge["currency"])
        raise invalid(
            f"Refund amount ({requested}) is greater than unrefunded amount on charge ({remaining})",
            param="amount",
        )
    check_step(amount, charge["currency"])
    return amount


def _by_card(store: StripeStore, charge: Json) -> tuple[str, Literal["succeeded", "failed"] | None, int]:
    card = card_of(store.payment_methods[charge["payment_method"]])
    if card.refund == "succeeds_later":
        return "pending", "succeeded", 0
    if card.refund == "fails_later":
        return "succeeded", "failed", 0
    return "succeeded", None, 0


def _add_refunded(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]
