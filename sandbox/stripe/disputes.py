"""The life of a dispute: opened by the bank, then won, lost or, for an inquiry, closed."""

from __future__ import annotations

from typing import Literal

from sandbox.stripe import listing
from sandbox.stripe.clock import DAY
from sandbox.stripe.errors import invalid
from sandbox.stripe.metadata import merged
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, find, new_id

_DAYS_TO_ANSWER = 7


def open_dispute(
    store: StripeStore,
    charge: Json,
    *,
    kind: Literal["inquiry", "chargeback"] = "chargeback",
    reason: str = "fraudulent",
    amount: int | None = None,
    cause: EventCause,
) -> Json:
    """A new dispute of a captured charge. A chargeback withdraws the money, an inquiry does not."""
    if not charge["captured"]:
        raise invalid("Only a captured charge can be disputed.", param="charge")
    if charge["disputed"]:
        raise invalid("This charge has been disputed already.", param="charge")
    withdrawn = kind == "chargeback"
    dispute: Json = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount or charge["amount_captured"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": store.clock.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": store.clock.now() + _DAYS_TO_ANSWER * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": not withdrawn,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10.4",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": kind,
                "network": charge["payment_method_details"]["card"]["network"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response" if withdrawn else "warning_needs_response",
    }
    store.disputes[dispute["id"]] = dispute
    charge["disputed"] = True
    store.publish("charge.dispute.created", dispute, cause)
    if withdrawn:
        store.record_movement("dispute", charge, cause, amount=dispute["amount"], about=dispute)
        store.publish("charge.dispute.funds_withdrawn", dispute, cause)
    return dispute


def close_dispute(store: StripeStore, dispute: Json, status: Literal["won", "lost"], *, cause: EventCause) -> None:
    """Close a dispute; a won chargeback returns the money."""
    withdrawn = not dispute["status"].startswith("warning_")
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise invalid("This dispute is already closed.")
    dispute["status"] = status if withdrawn else "warning_closed"
    store.publish("charge.dispute.closed", dispute, cause)
    if withdrawn and status == "won":
        charge = store.charges[dispute["charge"]]
        dispute["is_charge_refundable"] = True
        store.record_movement("dispute_won", charge, cause, amount=dispute["amount"], about=dispute)
        store.publish("charge.dispute.funds_reinstated", dispute, cause)


def read(call: ApiCall) -> Json:
    return find("dispute", call.store.disputes, call.id)


def search(call: ApiCall) -> Json:
    disputes = call.store.disputes
    return listing.page(call, "dispute", disputes, url="/v1/disputes", match=("charge", "payment_intent"))


def update(call: ApiCall) -> Json:
    dispute = read(call)
    before = dict(dispute["metadata"])
    dispute["metadata"] = merged(before, call.params.get("metadata"))
    call.store.publish("charge.dispute.updated", dispute, call.cause, previous={"metadata": before})
    return dispute


def close(call: ApiCall) -> Json:
    """Accept the dispute for the merchant; the dispute's status becomes `lost`."""
    dispute = read(call)
    close_dispute(call.store, dispute, "lost", cause=call.cause)
    return dispute
