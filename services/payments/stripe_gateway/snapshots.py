"""Maps Stripe's objects, as JSON, to the domain's snapshots."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from contracts.values import Money
from services.payments.domain.payment import RefundStatus
from services.payments.domain.provider_snapshot import (
    ChargeSnapshot,
    DisputeSnapshot,
    IntentSnapshot,
    IntentState,
    RefundSnapshot,
    SessionSnapshot,
    SessionState,
)
from services.payments.stripe_gateway.api import Json

_INTENT_STATES = {
    "requires_capture": IntentState.HELD,
    "succeeded": IntentState.TAKEN,
    "canceled": IntentState.RELEASED,
}
_REFUND_STATUSES = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_LAPSED = ("automatic", "expired")

# What is expanded in an intent, so that one answer has its charge and the refunds of that.
WHOLE_INTENT = "latest_charge.refunds"


def session(data: Json) -> SessionSnapshot:
    """The snapshot of a Checkout Session, with that of its intent where the intent is expanded."""
    intent_data = data["payment_intent"]
    return SessionSnapshot(
        id=data["id"],
        state=SessionState(data["status"]),
        url=data["url"],
        intent_id=expandable_id(intent_data),
        intent=whole_intent(intent_data) if isinstance(intent_data, dict) else None,
    )


def whole_intent(data: Json) -> IntentSnapshot | None:
    """The snapshot of a payment intent, or None where its charge is not expanded with all refunds."""
    charge = data["latest_charge"]
    if charge is None:
        return intent(data, ())
    if isinstance(charge, str) or "refunds" not in charge or charge["refunds"]["has_more"]:
        return None
    return intent(data, refunds(charge["refunds"]["data"]))


def intent(data: Json, refunds_of_charge: tuple[RefundSnapshot, ...]) -> IntentSnapshot:
    """The snapshot of a payment intent whose `latest_charge` is expanded."""
    ours = metadata(data)
    return IntentSnapshot(
        id=data["id"],
        state=_INTENT_STATES.get(data["status"], IntentState.UNPAID),
        amount=_money(data["amount"], data["currency"]),
        received=data["amount_received"],
        payment_id=ours.get("payment_id"),
        booking_id=ours.get("booking_id"),
        charge=_charge(data["latest_charge"]),
        release_reason=_release_reason(data),
        refunds=refunds_of_charge,
    )


def refunds(newest_first: Iterable[Json]) -> tuple[RefundSnapshot, ...]:
    """The snapshots of refunds, oldest first."""
    return tuple(reversed([refund(each) for each in newest_first]))


def refund(data: Json) -> RefundSnapshot:
    """The snapshot of a refund. A status that is neither success nor failure counts as pending."""
    return RefundSnapshot(
        id=data["id"],
        refund_id=metadata(data).get("refund_id"),
        amount=_money(data["amount"], data["currency"]),
        status=_REFUND_STATUSES.get(data["status"], RefundStatus.PENDING),
        reason=data.get("failure_reason") or "",
    )


def dispute(data: Json) -> DisputeSnapshot:
    """The snapshot of a dispute. A status that begins with `warning` is an inquiry, which withdraws no money."""
    return DisputeSnapshot(
        id=data["id"],
        amount=_money(data["amount"], data["currency"]),
        reason=data["reason"],
        withdrawn=not data["status"].startswith("warning"),
        won=data["status"] == "won",
    )


def metadata(data: Json) -> dict[str, str]:
    """The metadata that we wrote on an object."""
    return data.get("metadata") or {}


def expandable_id(expandable: Any) -> Any:
    """The id in a field that holds an id or the expanded object, or None for an empty field."""
    return expandable.get("id") if isinstance(expandable, dict) else expandable


def moment(seconds: int) -> datetime:
    """The UTC time of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, UTC)


def _charge(data: Json | None) -> ChargeSnapshot | None:
    """The snapshot of a charge, or None where the card has accepted no charge."""
    if data is None or not data["paid"]:
        return None
    card = (data["payment_method_details"] or {}).get("card") or {}
    until = card.get("capture_before")
    return ChargeSnapshot(
        id=data["id"],
        amount=_money(data["amount"], data["currency"]),
        captured=data["amount_captured"],
        created=moment(data["created"]),
        capture_before=moment(until) if until else None,
        disputed=bool(data["disputed"]),
    )


def _release_reason(data: Json) -> str | None:
    if data["status"] != "canceled":
        return None
    return "authorization_expired" if data["cancellation_reason"] in _LAPSED else "authorization_canceled"


def _money(minor: int, currency: str) -> Money:
    return Money(minor, currency.upper())
