"""Stripe's own lists of sessions, intents, refunds and disputes, newest first, a page at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.payments.reconciliation import ReconciliationPart
from contracts.values import Money
from services.payments.cards import ProviderObject, ProviderPage
from services.payments.stripe_gateway import snapshots
from services.payments.stripe_gateway.api import PAGE_SIZE, Json, StripeApi, path_of

_LISTS: Mapping[ReconciliationPart, str] = {
    ReconciliationPart.SESSIONS: path_of("checkout", "sessions"),
    ReconciliationPart.INTENTS: path_of("payment_intents"),
    ReconciliationPart.REFUNDS: path_of("refunds"),
    ReconciliationPart.DISPUTES: path_of("disputes"),
}


def page(api: StripeApi, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> ProviderPage:
    """A page of the list that `part` names."""
    params: dict[str, Any] = {"limit": PAGE_SIZE}
    if since:
        params["created"] = {"gte": int(since.timestamp())}
    if after:
        params["starting_after"] = after
    answer = api.read(_LISTS[part], params)
    objects = tuple(_provider_object(part, each) for each in answer["data"])
    return ProviderPage(objects=objects, next=objects[-1].id if objects and answer["has_more"] else None)


def _provider_object(part: ReconciliationPart, data: Json) -> ProviderObject:
    metadata = snapshots.metadata(data)
    is_session, is_intent = part is ReconciliationPart.SESSIONS, part is ReconciliationPart.INTENTS
    amount = data["amount_total"] if is_session else data["amount"]
    return ProviderObject(
        id=data["id"],
        state=str(data["status"]),
        amount=Money(amount or 0, str(data["currency"]).upper()),
        payment_id=metadata.get("payment_id"),
        booking_id=metadata.get("booking_id"),
        intent_id=data["id"] if is_intent else snapshots.expandable_id(data["payment_intent"]),
    )
