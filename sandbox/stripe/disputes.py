"""The life of a dispute: opened by the bank, then won, lost or, for an inquiry, closed."""

from __future__ import annotations

from typing import Literal

from sandbox.stripe import listing
from sandbox.stripe.clock import DAY
from sandbox.stripe.errors import invalid
from sandbox.stripe.metadata import merged
from sandbox.stripe.world import Call, Cause, Json, World, find, new_id

_DAYS_TO_ANSWER = 7


def open_dispute(
    world: World,
    charge: Json,
    *,
    kind: Literal["inquiry", "chargeback"] = "chargeback",
    reason: str = "fraudulent",
    amount: int | None = None,
    cause: Cause,
) -> Json:
    """A new dispute of a captured charge. A chargeback withdraws the money, an inquiry does not."""
    if not charge["captured"]:
        raise invalid("Only a captured charge can be disputed.", param="charge")
    if charge["disputed"]:
        raise invalid("This charge has been disputed already.", param="charge")
    taken = kind == "chargeback"
    dispute: Json = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount or charge["amount_captured"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.clock.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.clock.now() + _DAYS_TO_ANSWER * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": not taken,
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
        "status": "needs_response" if taken else "warning_needs_response",
    }
    world.disputes[dispute["id"]] = dispute
    charge["disputed"] = True
    world.publish("charge.dispute.created", dispute, cause)
    if taken:
        world.book("dispute", charge, cause, amount=dispute["amount"], about=dispute)
        world.publish("charge.dispute.funds_withdrawn", dispute, cause)
    return dispute


def close_dispute(world: World, dispute: Json, status: Literal["won", "lost"], *, cause: Cause) -> None:
    """End a dispute; winning a chargeback brings the money back."""
    taken = not dispute["status"].startswith("warning_")
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise invalid("This dispute is already closed.")
    dispute["status"] = status if taken else "warning_closed"
    world.publish("charge.dispute.closed", dispute, cause)
    if taken and status == "won":
        charge = world.charges[dispute["charge"]]
        dispute["is_charge_refundable"] = True
        world.book("dispute_won", charge, cause, amount=dispute["amount"], about=dispute)
        world.publish("charge.dispute.funds_reinstated", dispute, cause)


def read(call: Call) -> Json:
    return find("dispute", call.world.disputes, call.id)


def search(call: Call) -> Json:
    disputes = call.world.disputes
    return listing.page(call, "dispute", disputes, url="/v1/disputes", match=("charge", "payment_intent"))


def update(call: Call) -> Json:
    dispute = read(call)
    before = dict(dispute["metadata"])
    dispute["metadata"] = merged(before, call.params.get("metadata"))
    call.world.publish("charge.dispute.updated", dispute, call.cause, previous={"metadata": before})
    return dispute


def close(call: Call) -> Json:
    """The merchant gives in: the dispute is lost."""
    dispute = read(call)
    close_dispute(call.world, dispute, "lost", cause=call.cause)
    return dispute
