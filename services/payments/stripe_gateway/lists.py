"""Stripe's own lists, newest first, a page at a time: what there is, whoever asked for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import stripe

from contracts.payments import ReconciliationPart
from contracts.values import Money
from services.payments.cards import Listed, Listing
from services.payments.stripe_gateway import incoming

PAGE = 100


def listed(client: stripe.StripeClient, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> Listing:
    """A page of one of the lists that `Part` names."""
    v1 = client.v1
    lists: dict[ReconciliationPart, Callable[[Any], Any]] = {
        ReconciliationPart.SESSIONS: v1.checkout.sessions.list,
        ReconciliationPart.INTENTS: v1.payment_intents.list,
        ReconciliationPart.REFUNDS: v1.refunds.list,
        ReconciliationPart.DISPUTES: v1.disputes.list,
    }
    params: dict[str, Any] = {"limit": PAGE}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    if after:
        params["starting_after"] = after
    page = lists[part](params)
    objects = tuple(_listed(part, found) for found in page.data)
    return Listing(objects=objects, next=objects[-1].id if objects and page.has_more else None)


def _listed(part: ReconciliationPart, found: Any) -> Listed:
    ours = incoming.metadata(found)
    amount = found.amount_total if part is ReconciliationPart.SESSIONS else found.amount
    intent = found.id if part is ReconciliationPart.INTENTS else incoming.named(found.payment_intent)
    return Listed(
        id=found.id,
        state=str(found.status),
        amount=Money(amount or 0, str(found.currency).upper()),
        payment_id=ours.get("payment_id"),
        booking_id=ours.get("booking_id"),
        intent_id=intent,
    )
