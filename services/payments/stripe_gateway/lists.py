"""Stripe's own lists of sessions, intents, refunds and disputes, newest first, a page at a time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import stripe

from contracts.payments.reconciliation import ReconciliationPart
from contracts.values import Money
from services.payments.cards import ProviderObject, ProviderPage
from services.payments.stripe_gateway import snapshots

PAGE_SIZE = 100


def page(
    client: stripe.StripeClient, part: ReconciliationPart, *, since: datetime | None, after: str | None
) -> ProviderPage:
    """A page of the list that `part` names."""
    v1 = client.v1
    lists: dict[ReconciliationPart, Callable[[Any], Any]] = {
        ReconciliationPart.SESSIONS: v1.checkout.sessions.list,
        ReconciliationPart.INTENTS: v1.payment_intents.list,
        ReconciliationPart.REFUNDS: v1.refunds.list,
        ReconciliationPart.DISPUTES: v1.disputes.list,
    }
    params: dict[str, Any] = {"limit": PAGE_SIZE}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    if after:
        params["starting_after"] = after
    answer = lists[part](params)
    objects = tuple(_provider_object(part, each) for each in answer.data)
    return ProviderPage(objects=objects, next=objects[-1].id if objects and answer.has_more else None)


def _provider_object(part: ReconciliationPart, stripe_object: Any) -> ProviderObject:
    metadata = snapshots.metadata(stripe_object)
    is_session, is_intent = part is ReconciliationPart.SESSIONS, part is ReconciliationPart.INTENTS
    amount = stripe_object.amount_total if is_session else stripe_object.amount
    intent_id = stripe_object.id if is_intent else snapshots.expandable_id(stripe_object.payment_intent)
    return ProviderObject(
        id=stripe_object.id,
        state=str(stripe_object.status),
        amount=Money(amount or 0, str(stripe_object.currency).upper()),
        payment_id=metadata.get("payment_id"),
        booking_id=metadata.get("booking_id"),
        intent_id=intent_id,
    )
